import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Context } from '../../../src/core/operations/operation.js';
import { claim } from '../../../src/core/operations/domains.js';
import { perform } from '../../../src/core/operations/perform.js';
import { summary } from '../../../src/core/operations/summary.js';
import { testSystem, type TestSystem } from '../../support/context.js';
import { reportXml } from '../../support/reports.js';
import { takeIn } from '../../support/samples.js';

let system: TestSystem;
beforeAll(async () => {
  system = await testSystem();
});
afterAll(() => system.close());

const why = async (context: Context, given: object) => (await perform(summary, context, given)).silence;
const at = (day: string) => () => new Date(`${day}T12:00:00Z`);

it('no messages are explained by the likeliest cause', async () => {
  const empty = await system.context('empty');
  const context = await system.context('mine', { now: at('2026-03-02') });

  expect(await why(empty, {})).toEqual({ code: 'no-source' });

  await takeIn(context, reportXml({ domain: 'example.com' }));
  await perform(claim, context, { domain: 'silent.example.com' });

  expect(await why(context, { days: 30 })).toBeNull();
  expect(await why(context, { from: '2026-01-01', to: '2026-01-31' })).toEqual({
    code: 'before-first',
    first: '2026-03-01',
  });
  expect(await why(context, { domain: 'silent.example.com' })).toEqual({ code: 'other-domains', domains: 2 });
  expect(await why(context, { dkim: 'fail' })).toEqual({ code: 'filters' });
  expect(await why(context, { from: '2026-03-02', to: '2026-03-02' })).toEqual({ code: 'quiet' });
  const later = { ...context, now: at('2026-05-01') };
  expect(await why(later, { days: 30 })).toEqual({ code: 'stopped' });
});

it('a source in trouble is named before anything else', async () => {
  const context = await system.context('trouble');
  await system.db.within(context.tenant, (session) =>
    session.run(
      `INSERT INTO source_state (tenant_id, name, kind, place, trouble_code, trouble_message, trouble_since)
       VALUES ($1, 'inbox', 'imap', 'imap.example.com', 'sign-in-failed', 'The password is wrong.', now())`,
      [context.tenant],
    ),
  );

  expect(await why(context, {})).toEqual({
    code: 'source-trouble',
    source: 'inbox',
    message: 'The password is wrong.',
  });
});
