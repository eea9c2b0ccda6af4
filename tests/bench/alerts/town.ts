import { claim } from '../../../src/core/operations/domains.js';
import { raise } from '../../../src/core/operations/alert/raise.js';
import type { Context } from '../../../src/core/operations/operation.js';
import { perform } from '../../../src/core/operations/perform.js';
import { addChannel } from '../../../src/core/store/channels.js';
import { bindWorkspace } from '../../../src/core/store/chat-workspaces.js';
import { listDomains } from './domains.js';
import { ensureTenant } from '../../../src/core/store/tenants.js';
import { finding, rule } from '../../support/alerts.js';
import type { PlacedChannel } from './platforms-child.js';

/** An alert to be clicked, and in how many channels it is told. */
export interface Clickable {
  readonly context: Context;
  readonly id: number;
  readonly addresses: readonly string[];
}

const DAY = '2026-03-14';
const CHART_DAYS = 14;

/** Organisations with workspaces of each platform, and alerts of theirs that are told in two channels each. */
export async function buildTown(
  context: Context,
  channels: readonly PlacedChannel[],
  { organisations, alerts }: { readonly organisations: number; readonly alerts: number },
): Promise<readonly Clickable[]> {
  const made: Clickable[] = [];
  for (let number = 0; number < organisations; number += 1) {
    const tenant = await context.db.across((session) => ensureTenant(session, `organisation ${number}`));
    const own = { ...context, tenant };
    const ids = await channelsOf(own, ownOf(channels, number, organisations));
    const slack = ids.filter(({ kind }) => kind === 'slack');
    const others = ids.filter(({ kind }) => kind !== 'slack');
    const count = Math.ceil(alerts / organisations);
    for (let at = 0; at < count; at += 1) {
      const told = [slack[at % slack.length], others[at % others.length]].flatMap((one) => one ?? []);
      const id = await alertIn(
        own,
        `d${at}.org${number}.example`,
        told.map((one) => one.id),
      );
      made.push({ context: own, id, addresses: told.map(({ address }) => address) });
    }
  }
  return made;
}

/** Whole workspaces, as even as they can be dealt out, platform by platform. */
function ownOf(channels: readonly PlacedChannel[], number: number, of: number): readonly PlacedChannel[] {
  const kinds = ['slack', 'teams', 'discord'] as const;
  return kinds.flatMap((kind) => {
    const some = channels.filter((one) => one.kind === kind);
    const workspaces = [...new Set(some.map(({ workspace }) => workspace))];
    return some.filter(({ workspace }) => workspaces.indexOf(workspace) % of === number);
  });
}

async function channelsOf(
  context: Context,
  channels: readonly PlacedChannel[],
): Promise<readonly (PlacedChannel & { readonly id: number })[]> {
  const { db, tenant } = context;
  const at = context.now();
  return await db.within(tenant, async (session) => {
    const made: (PlacedChannel & { readonly id: number })[] = [];
    for (const one of channels) {
      await bindWorkspace(
        session,
        tenant,
        { platform: one.kind, workspace: one.workspace },
        { at, by: 'bench', byName: 'bench' },
      );
      const id = await addChannel(session, tenant, {
        name: `${one.kind} ${one.workspace} ${one.address}`,
        kind: one.kind,
        workspace: one.workspace,
        address: one.address,
        destination: one.destination,
        secret: null,
        takesAll: true,
        leastSeverity: 'info',
        quietFrom: null,
        quietUntil: null,
        zone: 'UTC',
        createdAt: at,
        createdBy: 'bench',
      });
      if (id === null) throw new Error('a channel of the bench could not be added');
      made.push({ ...one, id });
    }
    return made;
  });
}

/** Raises the alert of a domain of its own, with a chart, to some channels. */
export async function alertIn(
  context: Context,
  domain: string,
  channels: readonly number[],
): Promise<number> {
  await perform(claim, context, { domain });
  const domainId = await listDomains(context, domain);
  const plain = finding({ domain, day: DAY });
  const days = Array.from({ length: CHART_DAYS }, (_, back) => ({
    day: new Date(Date.parse(DAY) - (CHART_DAYS - 1 - back) * 86_400_000).toISOString().slice(0, 10),
    value: ((back * 7 + domain.length) % 13) / 100,
  }));
  const found = { ...plain, evidence: { ...plain.evidence, days } };
  const [raised] = await raise(context, {
    domainId,
    domain,
    day: DAY,
    rules: [rule(found.rule, { channels })],
    findings: [found],
    still: [found],
  });
  if (raised === undefined) throw new Error('an alert of the bench was not raised');
  return raised.alertId;
}
