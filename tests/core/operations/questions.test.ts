import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { processPending } from '../../../src/core/ingest/process.js';
import { claim, domains, release } from '../../../src/core/operations/domains.js';
import { problems, status } from '../../../src/core/operations/intake.js';
import { COMMANDS } from '../../../src/bot/registry.js';
import type { Context, Operation } from '../../../src/core/operations/operation.js';
import { report, reporters, reports } from '../../../src/core/operations/reports.js';
import { alignment, failures, timeline } from '../../../src/core/operations/series.js';
import { source, sources } from '../../../src/core/operations/sources.js';
import { summary } from '../../../src/core/operations/summary.js';
import type { Truth } from '../../../src/core/sample/truth.js';
import { testSystem, type TestSystem } from '../../support/context.js';
import { keepAll, sampleFiles, takeIn } from '../../support/samples.js';
import { reportXml } from '../../support/reports.js';
import { all, asking as askingAs } from './asking.js';

let system: TestSystem;
let context: Context;
let truth: Truth;

beforeAll(async () => {
  system = await testSystem();
  context = await system.context();
  const sample = sampleFiles('oddities', 3, '2026-03-14');
  truth = sample.truth;
  await keepAll(context, sample.files);
  await processPending(context);
});
afterAll(() => system.close());

const asking = <Input extends z.ZodType, Result>(
  operation: Operation<Input, Result>,
  given: z.input<Input>,
  who = context,
): Promise<Result> => askingAs(operation, given, who);

const [domain] = ['example.com'];
const period = { from: '2025-01-01', to: '2026-03-15' };
const sumOf = (name: string) =>
  Object.values(truth.domains[name] ?? {}).reduce((sum, day) => sum + day.messages, 0);
const passOf = (name: string) =>
  Object.values(truth.domains[name] ?? {}).reduce((sum, day) => sum + day.dmarcPass, 0);

describe('the same figures, whichever question is asked', () => {
  it('of a domain: summary, timeline, alignment, failures, sources, reporters and reports agree with the truth', async () => {
    const asked = { domain, ...period };
    const expected = sumOf(domain);

    const told = {
      summary: (await asking(summary, asked)).figures.messages,
      timeline: (await asking(timeline, asked)).series.reduce((sum, day) => sum + day.figures.messages, 0),
      alignment: await asking(alignment, asked).then((a) => a.both + a.dkimOnly + a.spfOnly + a.neither),
      dispositions: (await asking(alignment, asked)).byDisposition.reduce(
        (sum, one) => sum + one.messages,
        0,
      ),
      failures: (await asking(failures, asked)).series.reduce((sum, day) => sum + day.messages, 0),
      sources: (await asking(sources, { ...asked, limit: 1000 })).items.reduce(
        (sum, one) => sum + one.figures.messages,
        0,
      ),
      reporters: (await asking(reporters, { ...asked, limit: 1000 })).items.reduce(
        (sum, one) => sum + one.figures.messages,
        0,
      ),
      reports: (await asking(reports, { ...asked, limit: 1000 })).items.reduce(
        (sum, one) => sum + one.messages,
        0,
      ),
      domains: (await asking(domains, { ...period, limit: 1000 })).items.find((one) => one.domain === domain)
        ?.figures.messages,
    };

    expect(expected).toBeGreaterThan(0);
    expect(told).toEqual(Object.fromEntries(Object.keys(told).map((name) => [name, expected])));
    expect((await asking(summary, asked)).figures.dmarcPass).toBe(passOf(domain));
  });

  it('of all domains together', async () => {
    const expected = Object.keys(truth.domains).reduce((sum, name) => sum + sumOf(name), 0);

    expect((await asking(summary, period)).figures.messages).toBe(expected);
    expect((await asking(sources, { ...period, limit: 1 })).figures.messages).toBe(expected);
  });

  it('whether rollups answer or records: the parts of a filter sum up to the whole', async () => {
    const whole = (await asking(sources, { domain, ...period })).figures;
    const parts = await Promise.all(
      (['pass', 'fail'] as const).map((dkim) => asking(sources, { domain, ...period, dkim })),
    );
    const byDisposition = await Promise.all(
      (['none', 'pass', 'quarantine', 'reject', 'other'] as const).map((disposition) =>
        asking(timeline, { domain, ...period, disposition }),
      ),
    );
    const networks = await Promise.all(
      ['0.0.0.0/0', '::/0'].map((net) => asking(timeline, { domain, ...period, source: net })),
    );

    expect(parts.reduce((sum, part) => sum + part.figures.messages, 0)).toBe(whole.messages);
    expect(parts.map((part) => part.figures.dkimAligned)).toEqual([whole.dkimAligned, 0]);
    expect(byDisposition.reduce((sum, part) => sum + part.figures.messages, 0)).toBe(whole.messages);
    const listed = (await asking(sources, { domain, ...period, limit: 1000 })).items;
    const nameless = listed.find((one) => one.source === null)?.figures.messages ?? 0;
    expect(nameless).toBeGreaterThan(0);
    expect(networks.reduce((sum, part) => sum + part.figures.messages, nameless)).toBe(whole.messages);
  });

  it('of one source: its days, domains, reporters and results', async () => {
    const [top] = (await asking(sources, { domain, ...period, limit: 1 })).items;
    const address = top?.source ?? '';

    const found = await asking(source, { source: address, domain, ...period });

    expect(found.figures).toEqual(top?.figures);
    expect(found).toMatchObject({ firstSeen: top?.firstDay, lastSeen: top?.lastDay });
    expect(found.series.reduce((sum, day) => sum + day.figures.messages, 0)).toBe(found.figures.messages);
    expect(found.reporters.length).toBeGreaterThan(0);
    const spf = found.authResults.filter((one) => one.type === 'spf');
    expect(spf.reduce((sum, one) => sum + one.messages, 0)).toBeGreaterThanOrEqual(
      found.figures.messages / 2,
    );
    const network = await asking(source, {
      source: `${address}/${address.includes(':') ? 128 : 32}`,
      domain,
      ...period,
    });
    expect(network.figures).toEqual(found.figures);
  });
});

describe('the filters that all share', () => {
  it('let through the reports and reporters that have such rows, and no others', async () => {
    const [top] = (await asking(sources, { domain, ...period, order: 'failing', limit: 1 })).items;
    const filter = { domain, ...period, source: top?.source ?? '', dkim: 'fail' as const };

    const listed = (await asking(reports, { ...filter, limit: 1000 })).items;
    const names = (await asking(reporters, { ...filter, limit: 1000 })).items;
    const whole = (await asking(reports, { domain, ...period, limit: 1000 })).items;
    const rowsOf = async (id: number) => (await asking(report, { report: String(id), limit: 1000 })).rows;
    const matching = async (id: number) =>
      (await rowsOf(id)).some((row) => row.sourceIp === filter.source && row.dkim !== 'pass');

    const expected: number[] = [];
    for (const { id } of whole) if (await matching(id)) expected.push(id);
    expect(expected.length).toBeGreaterThan(0);
    expect(listed.map(({ id }) => id)).toEqual(expected);
    expect(names.reduce((sum, one) => sum + one.reports, 0)).toBe(expected.length);
  });

  it('narrow the figures of domains too, and the list to those that have such messages', async () => {
    const failing = (await asking(domains, { ...period, dkim: 'fail', spf: 'fail', limit: 1000 })).items;
    const [top] = (await asking(sources, { domain, ...period, limit: 1 })).items;
    const ofSource = { ...period, source: top?.source ?? '' };
    const listed = await all((cursor) => asking(domains, { ...ofSource, limit: 1, cursor }));

    for (const { domain: name, figures } of failing)
      expect([name, figures.messages]).toEqual([name, sumOf(name) - passOf(name)]);
    expect(failing.length).toBeGreaterThan(0);
    expect(listed.map((one) => ({ domain: one.domain, figures: one.figures }))).toEqual(
      (await asking(source, ofSource)).domains.toSorted((a, b) => (a.domain < b.domain ? -1 : 1)),
    );
    expect(listed.length).toBeLessThan((await asking(domains, { ...period })).items.length);
  });
});

describe('pages', () => {
  it('give every source once, in order, whatever their size', async () => {
    const whole = (await asking(sources, { ...period, limit: 1000 })).items;

    for (const order of ['messages', 'failing'] as const) {
      const paged = await all((cursor) => asking(sources, { ...period, order, limit: 7, cursor }));
      expect(paged).toHaveLength(whole.length);
      expect(new Set(paged.map((one) => one.source))).toEqual(new Set(whole.map((one) => one.source)));
    }
    const paged = await all((cursor) => asking(sources, { ...period, limit: 7, cursor }));
    expect(paged).toEqual(whole);
  });

  it('give every reporter once, largest first, and say how many there are', async () => {
    const whole = await asking(reporters, { ...period, limit: 1000 });
    const paged = await all((cursor) => asking(reporters, { ...period, limit: 3, cursor }));
    const [first] = paged;

    expect(paged).toEqual(whole.items);
    expect(whole.next).toBeNull();
    expect(paged.length).toBeGreaterThan(6);
    expect(await asking(reporters, { ...period, limit: 1 })).toMatchObject({
      items: [first],
      count: paged.length,
      figures: whole.figures,
      lastReport: whole.lastReport,
    });
    expect(paged.reduce((sum, one) => sum + one.figures.messages, 0)).toBe(whole.figures.messages);
    expect(paged.some((one) => one.lastReport === whole.lastReport)).toBe(true);
  });

  it('leave lists of one source for other questions, with their counts', async () => {
    const [top] = (await asking(sources, { ...period, limit: 1 })).items;
    const ofSource = { ...period, source: top?.source ?? '' };

    const found = await asking(source, ofSource);

    expect(found.domainCount).toBe((await asking(domains, { ...ofSource, limit: 1000 })).items.length);
    expect(found.reporterCount).toBe((await asking(reporters, { ...ofSource, limit: 1000 })).items.length);
    expect(found.reporterCount).toBeGreaterThanOrEqual(found.reporters.length);
  });

  it('give every report, domain, problem and record once', async () => {
    const listed = await all((cursor) => asking(reports, { ...period, limit: 13, cursor }));
    const named = await all((cursor) => asking(domains, { limit: 2, cursor }));
    const odd = await all((cursor) => asking(problems, { limit: 11, cursor }));
    const largest = listed.toSorted((a, b) => b.records - a.records)[0];
    const rows = await all((cursor) =>
      asking(report, { report: String(largest?.id), limit: 3, cursor }).then((one) => ({
        items: one.rows,
        next: one.next,
      })),
    );

    expect(new Set(listed.map((one) => one.id)).size).toBe(listed.length);
    expect(listed.length).toBe(truth.reports);
    expect(named.map((one) => one.domain)).toEqual(Object.keys(truth.domains).toSorted());
    expect(new Set(odd.map((one) => `${one.rawId} ${one.documentId} ${one.ordinal}`)).size).toBe(odd.length);
    expect(odd.length).toBe((await asking(problems, {})).counts.reduce((sum, one) => sum + one.count, 0));
    expect(rows.length).toBe(largest?.records);
    expect(rows.reduce((sum, row) => sum + row.count, 0)).toBe(largest?.messages);
  });

  it.each([
    'x',
    'bm8',
    Buffer.from('[1]').toString('base64url'),
    Buffer.from('["a",{}]').toString('base64url'),
  ])('refuse the cursor %s, which no list gave', async (cursor) => {
    await expect(asking(sources, { cursor })).rejects.toMatchObject({ code: 'cursor-invalid' });
  });
});

describe('a report', () => {
  it("is found by its number and by the reporter's own id, with records as they were read", async () => {
    const { items } = await asking(reports, { domain, ...period, limit: 1 });
    const [item] = items;

    const byNumber = await asking(report, { report: String(item?.id) });
    const byId = await asking(report, { report: item?.reportId ?? '' });

    expect(byId).toEqual(byNumber);
    expect(byNumber.header.domain).toBe(domain);
    expect(byNumber.rows[0]?.authResults).toBeDefined();
  });

  it('that several reporters gave the same id is asked for by number', async () => {
    const other = await system.context('same ids');
    await takeIn(
      other,
      reportXml({ orgName: 'One', reportId: 'same' }),
      reportXml({ orgName: 'Two', reportId: 'same' }),
    );

    await expect(asking(report, { report: 'same' }, other)).rejects.toMatchObject({
      code: 'report-ambiguous',
      suggestions: expect.arrayContaining([expect.stringMatching(/^\d+$/u)]),
    });
    await expect(asking(report, { report: '999999999' }, other)).rejects.toMatchObject({
      code: 'report-unknown',
    });
    await expect(asking(report, { report: '9'.repeat(40) }, other)).rejects.toMatchObject({
      code: 'report-unknown',
    });
  });

  it('of another tenant is not found', async () => {
    const { items } = await asking(reports, { ...period, limit: 1 });
    const other = await system.context('somebody else');

    await expect(asking(report, { report: String(items[0]?.id) }, other)).rejects.toMatchObject({
      code: 'report-unknown',
    });
    expect((await asking(summary, period, other)).figures.messages).toBe(0);
  });
});

describe('bad questions', () => {
  it('about an unknown domain or reporter offer the nearest', async () => {
    await expect(asking(summary, { domain: 'exmaple.com' })).rejects.toMatchObject({
      code: 'domain-unknown',
      suggestions: expect.arrayContaining(['example.com']),
    });
    const { items } = await asking(reporters, period);
    const name = items.find((one) => /^[\w. ]{8,}$/u.test(one.reporter))?.reporter ?? '';
    await expect(asking(summary, { reporter: `${name}x` })).rejects.toMatchObject({
      code: 'reporter-unknown',
      suggestions: expect.arrayContaining([name]),
    });
    expect(
      (await asking(summary, { reporter: name.toUpperCase(), ...period })).figures.messages,
    ).toBeGreaterThan(0);
  });

  it('about a period that is none say what is wrong', async () => {
    await expect(asking(summary, { from: '2026-02-01', to: '2026-01-01' })).rejects.toMatchObject({
      code: 'period-backwards',
    });
    await expect(asking(summary, { days: 7, to: '2026-01-01' })).rejects.toMatchObject({
      code: 'period-twice',
    });
    await expect(asking(summary, { from: '1999-01-01' })).rejects.toMatchObject({ code: 'period-too-long' });
    expect(summary.input.safeParse({ from: '2026-02-30' }).success).toBe(false);
    expect(summary.input.safeParse({ source: '192.0.2.0/33' }).success).toBe(false);
    expect(summary.input.safeParse({ source: "192.0.2.1'; DROP TABLE record" }).success).toBe(false);
  });

  it('to an empty store say how to begin', async () => {
    const other = await system.context('empty');

    await expect(asking(summary, { domain: 'example.com' }, other)).rejects.toThrow('dmarc-ops ingest');
    expect(await asking(status, {}, other)).toMatchObject({ pending: 0, lastReceived: null });
    expect((await asking(summary, {}, other)).nextStep).toEqual({ code: 'get-reports' });
  });
});

describe('claims', () => {
  it('are taken and given back once, and a domain that no report was about is forgotten', async () => {
    expect(await asking(claim, { domain: 'New.Example.' })).toEqual({
      domain: 'new.example',
      claimed: true,
      changed: true,
      seen: false,
    });
    expect(await asking(claim, { domain: 'new.example' })).toMatchObject({ changed: false });
    expect(await asking(release, { domain: 'new.example' })).toMatchObject({ claimed: false, changed: true });
    await expect(asking(release, { domain: 'new.example' })).rejects.toMatchObject({
      code: 'domain-unknown',
    });

    expect(await asking(release, { domain })).toMatchObject({ changed: true, seen: true });
    expect((await asking(summary, { domain, ...period })).figures.messages).toBeGreaterThan(0);
    expect(await asking(claim, { domain })).toMatchObject({ changed: true });
  });
});

it('every operation has a name, a summary, a role and a schema, and no two share a name', () => {
  const operations = COMMANDS.map((command) => command.operation);
  expect(new Set(operations.map((one) => one.name)).size).toBe(operations.length);
  for (const one of operations)
    expect(one).toMatchObject({
      summary: expect.stringMatching(/^[A-Z].+[^.]$/u),
      role: expect.any(String),
      run: expect.any(Function),
    });
});
