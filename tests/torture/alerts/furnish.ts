import { userCreate } from '../../../src/core/operations/users.js';
import { perform } from '../../../src/core/operations/perform.js';
import type { Context } from '../../../src/core/operations/operation.js';
import { bindWorkspace } from '../../../src/core/store/chat-workspaces.js';
import { ensureTenant } from '../../../src/core/store/tenants.js';
import { channel, claimed } from '../../support/alerts.js';
import { CHANNELS, DOMAINS, PEOPLE } from './plan.js';

/** What is there before the first step. */
export interface Furnished {
  /** Ids by name. */
  readonly domains: ReadonlyMap<string, number>;
  readonly channels: ReadonlyMap<string, number>;
  /** The rule whose alerts are escalated, and people reminded of. */
  readonly escalates: {
    readonly rule: string;
    readonly settings: {
      readonly escalateMinutes: number;
      readonly escalateTo: readonly number[];
      readonly remindMinutes: number;
    };
  };
}

const ESCALATES = 'failure-rate';
const ESCALATE_MINUTES = 45;
const REMIND_MINUTES = 600;

/** One organisation with domains, people, a workspace of each chat, and channels. */
export async function furnish(context: Context): Promise<Furnished> {
  const { db, tenant } = context;
  await db.across((session) => ensureTenant(session, 'test'));
  for (const person of PEOPLE)
    await perform(userCreate, context, { email: `${person}@example.com`, role: 'analyst' });
  const domains = new Map<string, number>();
  for (const name of DOMAINS) domains.set(name, await claimed(context, name));
  const platforms = ['slack', 'teams', 'discord'] as const;
  for (const platform of platforms)
    await db.within(tenant, (session) =>
      bindWorkspace(
        session,
        tenant,
        { platform, workspace: `${platform}-workspace` },
        { at: context.now(), by: 'test', byName: 'tester' },
      ),
    );
  const channels = new Map<string, number>();
  for (const { name, kind, leastSeverity, quiet } of CHANNELS) {
    const isChat = kind !== 'webhook';
    const id = await channel(context, name, {
      kind,
      destination: JSON.stringify({ channel: name }),
      least_severity: leastSeverity,
      ...(isChat && { workspace: `${kind}-workspace`, address: name }),
      ...(quiet !== null && { quiet_from: quiet.from, quiet_until: quiet.until }),
    });
    channels.set(name, id);
  }
  const escalateTo = [channels.get('teams-2') ?? 0];
  await db.within(tenant, (session) =>
    session.run(
      `INSERT INTO alert_rule (tenant_id, name, kind, escalate_minutes, escalate_to, remind_minutes, changed_at, changed_by)
       VALUES ($1, $2, $2, $3, $4, $5, $6, 'test')`,
      [tenant, ESCALATES, ESCALATE_MINUTES, escalateTo, REMIND_MINUTES, context.now()],
    ),
  );
  const settings = { escalateMinutes: ESCALATE_MINUTES, escalateTo, remindMinutes: REMIND_MINUTES };
  return { domains, channels, escalates: { rule: ESCALATES, settings } };
}
