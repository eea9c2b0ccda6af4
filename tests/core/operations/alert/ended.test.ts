import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Finding } from '../../../../src/core/alert/finding.js';
import { alertReplyCard } from '../../../../src/bot/cards/alert-reply.js';
import { evaluateAll, evaluateDirty } from '../../../../src/core/operations/alert/evaluate.js';
import { alert as details } from '../../../../src/core/operations/alert/list.js';
import { raise } from '../../../../src/core/operations/alert/raise.js';
import {
  ruleCreate,
  ruleDisable,
  ruleEnable,
  ruleRemove,
} from '../../../../src/core/operations/alert/rule-change.js';
import { loadSubjects } from '../../../../src/core/operations/alert/subject.js';
import { claim, release } from '../../../../src/core/operations/domains.js';
import type { Context } from '../../../../src/core/operations/operation.js';
import { perform } from '../../../../src/core/operations/perform.js';
import { claimed, evaluation, finding, later } from '../../../support/alerts.js';
import { testSystem, type TestSystem } from '../../../support/context.js';

const MINUTE = 1 / 60;

let system: TestSystem;
let context: Context;
let domain: number;
let tenants = 0;

beforeAll(async () => {
  system = await testSystem();
});
afterAll(() => system.close());
beforeEach(async () => {
  tenants += 1;
  context = await system.context(`tenant ${tenants}`);
  domain = await claimed(context);
  await evaluateDirty(later(context, MINUTE));
});

const burst = (given: Partial<Finding> = {}) =>
  finding({ rule: 'spoofing-burst', kind: 'spoofing-burst', cause: 'volume', ...given });

async function opened(findings: readonly Finding[], at = context, about: number | null = domain) {
  return (await raise(at, evaluation(about, findings))).map(({ alertId }) => alertId);
}

async function one(id: number) {
  const { alert, history } = await perform(details, context, { id });
  const [last] = history;
  return { state: alert.state, by: alert.resolved?.by ?? null, note: last?.note ?? null };
}

const over = (note: string) => ({ state: 'resolved', by: 'dmarc-ops', note });

describe('an alert that no rule asks about any more', () => {
  it('ends at the next look where its rule is disabled, and says why; others stay', async () => {
    const [ended = 0, stays = 0] = await opened([burst(), finding()]);
    await perform(ruleDisable, context, { rule: 'spoofing-burst' });

    await evaluateDirty(later(context, MINUTE));

    expect(await one(ended)).toEqual(over('The rule spoofing-burst is disabled for example.com.'));
    expect((await one(stays)).state).toBe('open');
    const subject = (await loadSubjects(context, [ended])).get(ended);
    const reply = subject && alertReplyCard(subject, context.now());
    expect(reply?.verdict).toBe('It is over.');
    expect(JSON.stringify(reply?.parts)).toContain('is disabled');
  });

  it('stays where its rule is disabled for another domain', async () => {
    await claimed(context, 'example.org');
    const [id = 0] = await opened([burst()]);
    await perform(ruleDisable, context, { rule: 'spoofing-burst', domain: 'example.org' });

    await evaluateAll(later(context, MINUTE));

    expect((await one(id)).state).toBe('open');
  });

  it('ends with a rule that was made and is removed', async () => {
    await perform(ruleCreate, context, { rule: 'mine', kind: 'failure-rate', domain: 'example.com' });
    await evaluateDirty(later(context, MINUTE));
    const [id = 0] = await opened([finding({ rule: 'mine' })]);
    await perform(ruleRemove, context, { rule: 'mine' });

    await evaluateDirty(later(context, 2 * MINUTE));

    expect(await one(id)).toEqual(over('The rule mine was removed for example.com.'));
  });

  it('ends though it is about no domain', async () => {
    const about = { rule: 'unreadable-reports', kind: 'unreadable-reports', domain: null };
    const [id = 0] = await opened([finding(about)], context, null);
    await perform(ruleDisable, context, { rule: 'unreadable-reports' });

    await evaluateDirty(later(context, MINUTE));

    expect(await one(id)).toEqual(over('The rule unreadable-reports is disabled.'));
  });

  it('ends where it was opened while its domain was released', async () => {
    await perform(release, context, { domain: 'example.com' });
    await context.db.within(context.tenant, (session) =>
      session.run(
        `INSERT INTO domain (tenant_id, name, first_seen_at) VALUES ($1, 'example.com', $2)
        ON CONFLICT DO NOTHING`,
        [context.tenant, context.now()],
      ),
    );
    const row = await context.db.within(context.tenant, (session) =>
      session.row<{ id: number }>(`SELECT id FROM domain WHERE tenant_id = $1`, [context.tenant]),
    );
    const [id = 0] = await opened([burst()], context, row.id);

    await evaluateAll(later(context, MINUTE));

    expect(await one(id)).toEqual(over('example.com is claimed no more.'));
  });

  it('stays where its kind of rule is not known here: another version of the program asks about it', async () => {
    const [id = 0] = await opened([finding({ rule: 'of-tomorrow', kind: 'of-tomorrow' })]);

    await evaluateAll(later(context, MINUTE));

    expect((await one(id)).state).toBe('open');
  });

  it('opens anew, without cooling down, when its rule is enabled or its domain claimed again', async () => {
    await opened([burst()]);
    await perform(ruleDisable, context, { rule: 'spoofing-burst' });
    await evaluateDirty(later(context, MINUTE));
    await perform(ruleEnable, context, { rule: 'spoofing-burst' });

    const again = await raise(later(context, 2 * MINUTE), evaluation(domain, [burst()]));
    expect(again).toMatchObject([{ outcome: 'opened' }]);

    await perform(release, later(context, 3 * MINUTE), { domain: 'example.com' });
    await perform(claim, later(context, 3 * MINUTE), { domain: 'example.com' });
    expect(await raise(later(context, 4 * MINUTE), evaluation(domain, [burst()]))).toMatchObject([
      { outcome: 'opened' },
    ]);
  });
});
