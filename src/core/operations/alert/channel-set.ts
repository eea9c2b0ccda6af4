import { z } from 'zod';
import { randomUUID } from 'node:crypto';
import { holdRules } from '../../store/alert-rules.js';
import { channelsById, removeChannel, setChannelSettings } from '../../store/channels.js';
import { wantDelivery } from '../../store/deliveries.js';
import { wakeHeld } from '../../store/held-deliveries.js';
import { noteLost } from '../../store/lost-cards.js';
import { addNotice } from '../../store/notices.js';
import { resume } from '../delivery/park.js';
import { operation, OperationError } from '../operation.js';
import { channelSettingFields } from './channel-fields.js';
import { refuseNamed } from './channel-named.js';
import { channelItem, channelNameField, heldChannel, type ChannelItem } from './channels.js';

export interface ChannelChanged {
  readonly channel: ChannelItem;
  /** False where nothing had to be done. */
  readonly changed: boolean;
}

const oneChannel = z.object({ name: channelNameField });

export const channelSet = operation({
  name: 'channel-set',
  summary: 'Change what a channel is told, its quiet hours, time zone or name',
  role: 'admin',
  effect: 'changes',
  input: z.object({
    name: channelNameField,
    rename: channelNameField.optional().describe('Its new name'),
    ...channelSettingFields,
  }),
  run: (context, { name, rename, severity, quiet, zone, all }): Promise<ChannelChanged> => {
    const { db, tenant, now } = context;
    if ([rename, severity, quiet, zone, all].every((value) => value === undefined))
      throw new OperationError(
        'nothing-to-set',
        `Say what to change, such as: channel-set ${name} quiet:22:00-07:00 zone:Europe/Berlin`,
      );
    return db.within(tenant, async (session) => {
      const before = await heldChannel(context, session, name);
      const set = {
        name: rename ?? before.name,
        takesAll: all ?? before.takesAll,
        leastSeverity: severity ?? before.leastSeverity,
        quietFrom: quiet === undefined ? before.quietFrom : (quiet?.from ?? null),
        quietUntil: quiet === undefined ? before.quietUntil : (quiet?.until ?? null),
        zone: zone ?? before.zone,
      };
      if (!(await setChannelSettings(session, tenant, before.id, set)))
        throw new OperationError(
          'channel-name',
          `There is a channel ${set.name} already; take another name.`,
        );
      // What waits for the end of quiet hours may have nothing to wait for now.
      await wakeHeld(session, tenant, now(), { codes: ['quiet-hours'], channelId: before.id });
      const [row = before] = await channelsById(session, tenant, [before.id]);
      return { channel: channelItem(row), changed: true };
    });
  },
});

export const channelRemove = operation({
  name: 'channel-remove',
  summary: 'Tell a channel nothing more; its digests end too, and what was posted stays',
  role: 'admin',
  effect: 'changes',
  input: oneChannel,
  run: (context, { name }): Promise<ChannelChanged> =>
    context.db.within(context.tenant, async (session) => {
      await holdRules(session, context.tenant);
      const row = await heldChannel(context, session, name);
      await refuseNamed(session, context.tenant, row);
      await noteLost(session, context.tenant, row, context.now());
      await removeChannel(session, context.tenant, row.id);
      return { channel: channelItem(row), changed: true };
    }),
});

export const channelResume = operation({
  name: 'channel-resume',
  summary: 'Send to a channel again that was parked because it did not take messages',
  role: 'analyst',
  effect: 'changes',
  input: oneChannel,
  run: (context, { name }): Promise<ChannelChanged> =>
    context.db.within(context.tenant, async (session) => {
      const row = await heldChannel(context, session, name);
      const changed = await resume(session, context.tenant, row.id, context.now());
      return { channel: channelItem({ ...row, parked: null }), changed };
    }),
});

/** What a test says; plain data, as it is stored. */
export interface TestNotice {
  readonly channel: string;
  readonly by: string;
  /** ISO 8601. */
  readonly at: string;
}

export const channelTest = operation({
  name: 'channel-test',
  summary: 'Send a message to a channel that shows that it works',
  role: 'analyst',
  effect: 'changes',
  input: oneChannel,
  run: (context, { name }): Promise<ChannelChanged> => {
    const { db, tenant, now, actor } = context;
    return db.within(tenant, async (session) => {
      const row = await heldChannel(context, session, name);
      if (row.parked !== null)
        throw new OperationError(
          'channel-parked',
          `Nothing is sent to ${row.name}: ${row.parked.reason} Put that right, and then: channel-resume ${row.name}`,
        );
      const at = now();
      const content: TestNotice = { channel: row.name, by: actor.name, at: at.toISOString() };
      const notice = await addNotice(session, tenant, {
        kind: 'test',
        key: randomUUID(),
        content: { ...content },
        at,
      });
      if (notice === null) throw new Error('an id that nobody had before was taken');
      await wantDelivery(session, tenant, {
        subject: 'notice',
        subjectId: notice,
        version: 1,
        notableVersion: 1,
        channels: [row.id],
        at,
      });
      return { channel: channelItem(row), changed: true };
    });
  },
});
