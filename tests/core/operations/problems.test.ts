import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { problems } from '../../../src/core/operations/intake.js';
import type { Context } from '../../../src/core/operations/operation.js';
import { markFailed } from '../../../src/core/store/raw.js';
import { testSystem, type TestSystem } from '../../support/context.js';
import { failureMail, FIELDS } from '../../support/failures.js';
import { reportXml } from '../../support/reports.js';
import { keepAll, takeIn } from '../../support/samples.js';
import { all, asking } from './asking.js';

let system: TestSystem;
let context: Context;

const at = (day: string) => ({ ...context, now: () => new Date(`${day}T23:59:59Z`) });

/** One odd document of each kind, each taken in on a day of its own, and bytes that could not be stored. */
beforeAll(async () => {
  system = await testSystem();
  context = await system.context();
  await takeIn(
    at('2026-03-10'),
    reportXml({ orgName: 'Aggregates', records: [{ count: -1 }, { count: 2 }] }),
  );
  await takeIn(
    at('2026-03-11'),
    `${tlsReport('TLS Office', ['example.org', 'example.com'])}\nSent by a gateway`,
  );
  await takeIn(
    at('2026-03-12'),
    failureMail({ fields: FIELDS.map((line) => line.replace('192.0.2.1', 'nowhere')) }),
  );
  await takeIn(at('2026-03-13'), '<feedback><unfinished', reportXml({ reportId: 'well made' }));
  await keepAll(at('2026-03-14'), [{ name: 'never-stored.xml', bytes: Buffer.from('x') }]);
  await context.db.within(context.tenant, async (session) => {
    const { id } = await session.row<{ id: number }>(`SELECT id FROM raw_document WHERE state = 'pending'`);
    const error = { code: 'not-stored', message: 'This document could not be stored.' };
    await markFailed(session, context.tenant, id, error, context.now());
  });
});
afterAll(() => system.close());

const kindsOf = ({ items }: { items: readonly { readonly kind: string }[] }) => [
  ...new Set(items.map(({ kind }) => kind)),
];

describe('problems', () => {
  it('are of all kinds of documents, and of bytes that could not be stored, what came last first', async () => {
    const found = await asking(problems, {}, context);

    expect(kindsOf(found)).toEqual(['raw', 'unreadable', 'failure', 'smtp-tls', 'aggregate']);
    expect(found.items[0]).toMatchObject({
      documentId: null,
      ordinal: 0,
      code: 'not-stored',
      name: 'never-stored.xml',
      domain: null,
    });
    expect(found.counts).toEqual(expect.arrayContaining([{ code: 'not-stored', count: 1 }]));
    expect(found.counts.reduce((sum, one) => sum + one.count, 0)).toBe(found.items.length);
  });

  it('come once each, page by page, as in one list', async () => {
    const whole = await asking(problems, {}, context);

    const paged = await all((cursor) => asking(problems, { limit: 1, cursor }, context));

    expect(paged).toEqual(whole.items);
  });

  it.each<[Record<string, string>, string[]]>([
    [{ domain: 'example.com' }, ['failure', 'smtp-tls', 'aggregate']],
    [{ domain: 'example.org' }, ['smtp-tls']],
    [{ reporter: 'TLS Office' }, ['smtp-tls']],
    [{ reporter: 'aggregates' }, ['aggregate']],
    [{ domain: 'example.com', reporter: 'TLS Office' }, ['smtp-tls']],
    [{ domain: 'example.org', reporter: 'Aggregates' }, []],
    [{ from: '2026-03-11', to: '2026-03-12' }, ['failure', 'smtp-tls']],
    [{ from: '2026-03-13' }, ['raw', 'unreadable']],
    [{ domain: 'example.com', to: '2026-03-10' }, ['aggregate']],
    [{ code: 'not-stored' }, ['raw']],
  ])('under %j are of %j', async (filter, kinds) => {
    const found = await asking(problems, filter, context);

    expect(kindsOf(found)).toEqual(kinds);
    const counted = found.counts.filter(
      ({ code }) => filter['code'] === undefined || code === filter['code'],
    );
    expect(counted.reduce((sum, one) => sum + one.count, 0)).toBe(found.items.length);
  });

  it('of a TLS report about several domains name the one that was asked for', async () => {
    for (const domain of ['example.com', 'example.org'])
      expect((await asking(problems, { domain, reporter: 'TLS Office' }, context)).items[0]).toMatchObject({
        domain,
        reporter: 'TLS Office',
      });
  });

  it('of an unknown reporter or a backward period say what is wrong', async () => {
    await expect(asking(problems, { reporter: 'TLS Offize' }, context)).rejects.toMatchObject({
      code: 'reporter-unknown',
      suggestions: ['TLS Office'],
    });
    await expect(asking(problems, { from: '2026-03-02', to: '2026-03-01' }, context)).rejects.toMatchObject({
      code: 'period-backwards',
    });
  });
});

function tlsReport(organization: string, domains: readonly string[]): string {
  return JSON.stringify({
    'organization-name': organization,
    'date-range': { 'start-datetime': '2026-03-01T00:00:00Z', 'end-datetime': '2026-03-01T23:59:59Z' },
    'contact-info': 'tls@example.net',
    'report-id': 't-1',
    policies: domains.map((domain) => ({
      policy: { 'policy-type': 'sts', 'policy-string': ['version: STSv1'], 'policy-domain': domain },
      summary: { 'total-successful-session-count': 10, 'total-failure-session-count': 2 },
    })),
  });
}
