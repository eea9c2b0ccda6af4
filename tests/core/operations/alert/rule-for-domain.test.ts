import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { raise } from '../../../../src/core/operations/alert/raise.js';
import { ruleRemove, ruleSet } from '../../../../src/core/operations/alert/rule-change.js';
import { rule } from '../../../../src/core/operations/alert/rules.js';
import { steps } from '../../../../src/core/operations/alert/steps.js';
import { acknowledge } from '../../../../src/core/operations/alert/transitions.js';
import { workspaceRelease } from '../../../../src/core/operations/chat/workspaces.js';
import type { Context } from '../../../../src/core/operations/operation.js';
import { perform } from '../../../../src/core/operations/perform.js';
import { userCreate } from '../../../../src/core/operations/users.js';
import { eventsOf } from '../../../../src/core/store/alert-events.js';
import { tellingOf } from '../../../../src/core/store/alert-telling.js';
import { bindWorkspace } from '../../../../src/core/store/chat-workspaces.js';
import { deliveriesOf } from '../../../../src/core/store/deliveries.js';
import { channel, claimed, evaluation, finding, later, rule as ruleWith } from '../../../support/alerts.js';
import { testSystem, type TestSystem } from '../../../support/context.js';

const FAILURES = 'failure-rate';
const HERE = { rule: FAILURES, domain: 'example.com' };
const ALL = { rule: FAILURES };
const ADA = 'ada@example.com';

let system: TestSystem;
let context: Context;
let domain: number;

beforeAll(async () => {
  system = await testSystem();
  context = await system.context();
  domain = await claimed(context);
  await perform(userCreate, context, { email: ADA, role: 'admin', name: 'Ada' });
  await channel(context, 'ops');
  await channel(context, 'everybody');
});
afterAll(() => system.close());
afterEach(() => perform(ruleRemove, context, ALL));

const shown = async (which: object) => (await perform(rule, context, which)).rule;
/** What an alert of the domain goes by. */
const telling = () =>
  context.db.reading(context.tenant, (session) => tellingOf(session, context.tenant, FAILURES, domain));
async function opened(): Promise<number> {
  const { channels } = await telling();
  const [raised] = await raise(
    context,
    evaluation(domain, [finding()], { rules: [ruleWith(FAILURES, { channels })] }),
  );
  return raised?.alertId ?? 0;
}
const history = (id: number) =>
  context.db.reading(context.tenant, async (session) =>
    (await eventsOf(session, context.tenant, id, 50)).map(({ kind }) => kind).toReversed(),
  );

describe('what a rule is set to for one domain', () => {
  it.each([
    ['escalate', 'never', 30, { escalateMinutes: null }, { escalateMinutes: 30 }],
    ['remind', 'never', 60, { remindMinutes: null }, { remindMinutes: 60 }],
    ['escalateTo', 'none', 'ops', { escalateTo: [] }, { escalateTo: ['ops'] }],
    ['channels', 'all', 'ops', { channels: null }, { channels: ['ops'] }],
    ['owner', 'nobody', ADA, { owner: null }, { owner: ADA }],
    ['cooldown', 0, 48, { cooldownHours: 0 }, { cooldownHours: 48 }],
  ])('holds there as %s:%s, whatever is set for all', async (name, none, some, here, all) => {
    await perform(ruleSet, context, { ...ALL, [name]: some });
    expect(await shown(HERE)).toMatchObject(all);

    expect((await perform(ruleSet, context, { ...HERE, [name]: none })).rule).toMatchObject(here);

    expect(await shown(HERE)).toMatchObject(here);
    expect(await shown(ALL)).toMatchObject(all);
    await perform(ruleSet, context, { ...HERE, severity: 'critical' });
    expect(await shown(HERE)).toMatchObject(here);
    await perform(ruleRemove, context, HERE);
    expect(await shown(HERE)).toMatchObject(all);
  });

  it('as never and none is what its alerts go by', async () => {
    await perform(ruleSet, context, {
      ...ALL,
      escalate: 30,
      remind: 30,
      channels: 'ops',
      escalateTo: 'ops',
      owner: ADA,
    });
    await perform(ruleSet, context, {
      ...HERE,
      escalate: 'never',
      remind: 'never',
      channels: 'all',
      escalateTo: 'none',
      owner: 'nobody',
    });

    const id = await opened();
    await steps(later(context, 2));
    await perform(acknowledge, later(context, 3), { id });
    await steps(later(context, 5));

    expect(await history(id)).toEqual(['opened', 'acknowledged']);
    const told = await context.db.reading(context.tenant, (session) =>
      deliveriesOf(session, context.tenant, 'alert', [id]),
    );
    expect(told.map((one) => one.channel)).toEqual(['everybody', 'ops']);
    expect(await telling()).toMatchObject({ escalateTo: [], ownerId: null });
  });

  it('as all channels stays so when others that it names go', async () => {
    const { db, tenant, now } = context;
    const workspace = { platform: 'slack', workspace: 'T1' };
    await db.within(tenant, (session) =>
      bindWorkspace(session, tenant, workspace, { at: now(), by: 'test', byName: 'tester' }),
    );
    await channel(context, 'dev', { kind: 'slack', workspace: workspace.workspace, address: 'C1' });
    await perform(ruleSet, context, { ...ALL, channels: 'ops', escalateTo: 'ops' });
    await perform(ruleSet, context, { ...HERE, channels: 'all', escalateTo: 'dev' });

    await perform(workspaceRelease, context, workspace);

    expect(await shown(HERE)).toMatchObject({ channels: null, escalateTo: ['ops'] });
  });
});
