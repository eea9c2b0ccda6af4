import { createReconciler } from '../../../src/bot/delivery/reconcile.js';
import type { ChannelSpeaker } from '../../../src/bot/delivery/speakers.js';
import { SUBJECTS } from '../../../src/bot/delivery/subjects.js';
import { renderCard } from '../../../src/bot/slack/render.js';
import type { Context } from '../../../src/core/operations/operation.js';
import { ensureTenant } from '../../../src/core/store/tenants.js';
import { addChannel } from '../../../src/core/store/channels.js';
import { bindWorkspace } from '../../../src/core/store/chat-workspaces.js';
import { alertIn } from './town.js';
import { leftOver, multiply } from './rows.js';

export interface Overdue {
  readonly seconds: number;
  readonly handedOver: number;
  readonly bytes: number;
}

/** So many changes Slack takes of a workspace at once. */
const OF_WORKSPACE = 10;
const WORKSPACES_OF_TENANT = 100;
const GIVEN_UP_AFTER_MS = 300_000;

/**
 * Posted messages that all show an older version, of different alerts each, in as many workspaces as it takes that no
 * rate binds. One process finds them, renders them for Slack and hands them over.
 */
export async function measureOverdue(context: Context, count: number): Promise<Overdue> {
  const ofTenant = OF_WORKSPACE * WORKSPACES_OF_TENANT;
  const tenants: number[] = [];
  for (let left = count; left > 0; left -= ofTenant)
    tenants.push(await overdueTenant(context, tenants.length, Math.min(left, ofTenant)));
  const done = { bytes: 0, handedOver: 0 };
  const slack: ChannelSpeaker = {
    edits: true,
    speaker: {
      post: () => Promise.reject(new Error('nothing is to be posted')),
      update: (_to, _ref, { card, mentions }) => {
        done.bytes += Buffer.byteLength(
          JSON.stringify(renderCard(card, { mentions, pictures: new Map() }).blocks),
        );
        done.handedOver += 1;
        return Promise.resolve();
      },
      reply: () => Promise.reject(new Error('nothing is to be said below')),
    },
  };
  const reconciler = createReconciler({
    system: context,
    speakers: new Map([['slack', slack]]),
    subjects: SUBJECTS,
    wake: () => {},
  });
  const begun = performance.now();
  const deadline = begun + GIVEN_UP_AFTER_MS;
  while (done.handedOver < count && performance.now() < deadline)
    if ((await reconciler.turn()) === 0) await reconciler.idle();
  await reconciler.idle();
  const seconds = (performance.now() - begun) / 1_000;
  await reconciler.stop(1_000);
  for (const tenant of tenants) {
    const left = await leftOver({ ...context, tenant });
    if (left > 0) throw new Error(`${left} deliveries are still out of date`);
  }
  return { seconds, ...done };
}

async function overdueTenant(context: Context, number: number, count: number): Promise<number> {
  const tenant = await context.db.across((session) => ensureTenant(session, `overdue ${number}`));
  const own: Context = { ...context, tenant };
  const at = context.now();
  // Before there is a channel, so that the one alert like which the others are is told nowhere.
  const alert = await alertIn(own, `overdue${number}.example`, []);
  const channels: number[] = [];
  for (let made = 0; made * OF_WORKSPACE < count; made += 1) {
    const workspace = `T${number}-${made}`;
    const id = await context.db.within(tenant, async (session) => {
      await bindWorkspace(
        session,
        tenant,
        { platform: 'slack', workspace },
        { at, by: 'bench', byName: 'bench' },
      );
      return await addChannel(session, tenant, {
        name: workspace,
        kind: 'slack',
        workspace,
        address: `C${made}`,
        destination: { team: workspace, channel: `C${made}` },
        secret: null,
        takesAll: true,
        leastSeverity: 'info',
        quietFrom: null,
        quietUntil: null,
        zone: 'UTC',
        createdAt: at,
        createdBy: 'bench',
      });
    });
    if (id !== null) channels.push(id);
  }
  await multiply(own, alert, channels, count);
  return tenant;
}
