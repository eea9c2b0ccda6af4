import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addDays } from '../../../../src/core/alert/calendar.js';
import { dirtyTenants, evaluateAll, evaluateDirty } from '../../../../src/core/operations/alert/evaluate.js';
import { rule, rules } from '../../../../src/core/operations/alert/rules.js';
import {
  ruleCreate,
  ruleDisable,
  ruleEnable,
  ruleRemove,
  ruleSet,
} from '../../../../src/core/operations/alert/rule-change.js';
import { rulesTest } from '../../../../src/core/operations/alert/rules-test.js';
import type { Context } from '../../../../src/core/operations/operation.js';
import { performWithInput } from '../../../../src/core/operations/perform.js';
import type { Operation } from '../../../../src/core/operations/operation.js';
import { keepAll, sampleFiles, takeIn } from '../../../support/samples.js';
import { processPending } from '../../../../src/core/ingest/process.js';
import { testSystem, type TestSystem } from '../../../support/context.js';
import type { z } from 'zod';

/** Of demo: the day after the third of the burst of example.org. */
const BURST_END = '2026-05-20';
const HOUR_MS = 3_600_000;

/** A report about a domain, of the last whole day, with mail from a name. */
function reportOf(domain: string, name: string): string {
  const begin = Date.parse(addDays(BURST_END, 1)) / 1000;
  return `<?xml version="1.0"?><feedback><report_metadata><org_name>bigmail.example</org_name><email>a@b.example</email>
    <report_id>of-${name}</report_id><date_range><begin>${begin}</begin><end>${begin + 86_399}</end></date_range></report_metadata>
    <policy_published><domain>${domain}</domain><p>reject</p></policy_published>
    <record><row><source_ip>192.0.2.10</source_ip><count>25</count><policy_evaluated><disposition>none</disposition><dkim>pass</dkim>
    <spf>pass</spf></policy_evaluated></row><identifiers><header_from>${name}</header_from></identifiers>
    <auth_results><spf><domain>${domain}</domain><result>pass</result></spf></auth_results></record></feedback>`;
}

describe('evaluation', () => {
  let system: TestSystem;
  let context: Context;
  let now = new Date(`${addDays(BURST_END, 2)}T06:00:00Z`);
  const run = async <Input extends z.ZodType, Result>(operation: Operation<Input, Result>, input: unknown) =>
    (await performWithInput(operation, context, input, { local: true })).result;
  const open = () =>
    system.db.within(context.tenant, (session) =>
      session.rows<{
        rule: string;
        domain: string | null;
        sender: string | null;
      }>(
        `SELECT a.rule, d.name AS domain, a.sender::text AS sender, a.finding FROM alert a
         LEFT JOIN domain d ON d.tenant_id = a.tenant_id AND d.id = a.domain_id
         WHERE a.tenant_id = $1 AND a.state <> 'resolved' ORDER BY 2, 1, 3`,
        [context.tenant],
      ),
    );

  beforeAll(async () => {
    system = await testSystem();
    context = await system.context('test', { now: () => now });
    const { files } = sampleFiles('demo', 1);
    const recent = files.filter(
      ({ name }) => name.slice(0, 10) > '2026-03-01' && name.slice(0, 10) <= addDays(BURST_END, 1),
    );
    await keepAll(context, recent);
    await processPending(context);
  }, 240_000);
  afterAll(() => system.close());

  it('looks at domains whose figures changed some seconds ago, opens alerts, and is done with them', async () => {
    expect(await dirtyTenants(context)).toEqual([]);
    now = new Date(now.getTime() + 10_000);
    expect(await dirtyTenants(context)).toEqual([context.tenant]);

    const { domains, raised } = await evaluateDirty(context);

    expect(domains).toBe(4);
    expect(
      raised
        .filter(({ outcome }) => outcome === 'opened')
        .map(({ finding }) => `${finding.kind} ${finding.domain}`),
    ).toEqual(expect.arrayContaining(['spoofing-burst example.org', 'failure-rate example.org']));
    expect(await dirtyTenants(context)).toEqual([]);
  });

  it('writes nothing when it says the same again', async () => {
    const before = await open();
    now = new Date(now.getTime() + HOUR_MS);

    const { domains, raised } = await evaluateAll(context);

    expect(domains).toBe(4);
    expect(raised.filter(({ finding }) => finding.domain !== null)).toEqual([]);
    expect(await open()).toEqual(before);
  });

  it('tells of a subdomain that is new, and not of those that it knew from the start', async () => {
    expect((await open()).filter((alert) => alert.rule === 'new-subdomain')).toEqual([]);
    await takeIn(context, reportOf('example.com', 'News.example.com'));
    now = new Date(now.getTime() + 10_000);

    const { raised } = await evaluateDirty(context);

    expect(
      raised.filter(({ finding }) => finding.kind === 'new-subdomain').map(({ finding }) => finding.key),
    ).toEqual([{ name: 'news.example.com' }]);
  });

  it('knows all names of domains that it looks at for the first time', async () => {
    const fresh = await system.context('fresh', { now: () => now });
    for (const domain of ['a.example', 'b.example'])
      for (const name of [domain, `Shop.${domain}`, 'other.example'])
        await takeIn(fresh, reportOf(domain, name));

    await evaluateAll(fresh);

    const known = await system.db.within(fresh.tenant, (session) =>
      session.rows(
        `SELECT d.name AS domain, k.name, k.first_seen AS since FROM known_name k
         JOIN domain d ON d.tenant_id = $1 AND d.id = k.domain_id WHERE k.tenant_id = $1 ORDER BY 1, 2`,
        [fresh.tenant],
      ),
    );
    expect(known).toEqual([
      { domain: 'a.example', name: 'shop.a.example', since: '1970-01-01' },
      { domain: 'b.example', name: 'shop.b.example', since: '1970-01-01' },
    ]);
  });

  it('goes by what people set for all domains and for one', async () => {
    const set = await run(ruleSet, {
      rule: 'failure-rate',
      set: 'share=30% days=5',
      severity: 'critical',
      cooldown: 48,
    });
    expect(set.rule).toMatchObject({ severity: 'critical', cooldownHours: 48 });
    await run(ruleSet, { rule: 'failure-rate', domain: 'example.org', set: 'share=99%' });

    const { rule: here } = await run(rule, { rule: 'failure-rate', domain: 'example.org' });
    expect(Object.fromEntries(here.thresholds.map(({ name, value }) => [name, value]))).toEqual({
      share: 0.99,
      days: 5,
      messages: 100,
    });
    now = new Date(now.getTime() + 10_000);
    await evaluateDirty(context);
    expect((await run(rules, {})).items.find(({ name }) => name === 'failure-rate')?.domains).toEqual([
      'example.org',
    ]);

    expect(await run(ruleRemove, { rule: 'failure-rate' })).toMatchObject({ gone: false, changed: true });
    expect((await run(rule, { rule: 'failure-rate', domain: 'example.org' })).rule.thresholds[0]?.value).toBe(
      0.2,
    );
  });

  it.each([
    ['share=2', 'share cannot be 2'],
    ['shares=0.1', '"shares=0.1" sets no threshold'],
    ['share', '"share" sets no threshold'],
    ['share=much', 'share cannot be'],
  ])('refuses the threshold %s in a sentence', async (written, says) => {
    await expect(run(ruleSet, { rule: 'failure-rate', set: written })).rejects.toThrow(says);
  });

  it('takes rules that people make, and lets them go', async () => {
    await run(ruleCreate, {
      rule: 'any-new',
      kind: 'new-source',
      domain: 'example.org',
      set: 'when=always messages=1',
    });
    await expect(run(ruleCreate, { rule: 'any-new', kind: 'new-source' })).rejects.toThrow('already');
    await expect(run(ruleCreate, { rule: 'failure-rate', kind: 'new-source' })).rejects.toThrow(
      'from the start',
    );
    expect((await run(rules, { domain: 'example.com' })).items.map(({ name }) => name)).not.toContain(
      'any-new',
    );
    now = new Date(now.getTime() + 10_000);

    const { raised } = await evaluateDirty(context);

    const made = raised.find(({ finding }) => finding.rule === 'any-new')?.finding;
    expect(made?.kind).toBe('new-source');
    // Who it is, so that people can tell whether it is theirs.
    expect(made?.evidence.addresses[0]).toMatch(/^(203\.0\.113\.|2001:db8:)/u);
    expect(made?.evidence.spf[0]).toMatchObject({ domain: 'example.org', result: 'fail' });
    expect(await run(ruleRemove, { rule: 'any-new' })).toMatchObject({ gone: true });
    await expect(run(rule, { rule: 'any-new' })).rejects.toThrow('There is no rule any-new');
  });

  it('is silent of what is disabled, until it is enabled again', async () => {
    await run(ruleDisable, { rule: 'spoofing-burst' });
    expect((await run(rulesTest, {})).items.filter((one) => one.rule === 'spoofing-burst')).toEqual([]);
    await run(ruleEnable, { rule: 'spoofing-burst' });

    const { items, domains } = await run(rulesTest, { days: 30 });

    expect(domains).toBe(4);
    expect(items.filter((one) => one.rule === 'spoofing-burst')).toMatchObject([
      { domain: 'example.org', firstDay: '2026-05-18', severity: 'critical' },
    ]);
  });

  it('names the nearest rule to a typo', async () => {
    await expect(run(rule, { rule: 'failure-rat' })).rejects.toThrow('did you mean failure-rate');
  });
});
