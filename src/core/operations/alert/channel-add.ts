import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { NOTHING_MORE, recipientsProblem, urlProblem } from '../../alert/channel-address.js';
import {
  addChannel,
  CHANNEL_KINDS,
  channelNameAt,
  channelNames,
  channelsById,
  type NewChannel,
} from '../../store/channels.js';
import { findChannel } from '../../store/chat-channels.js';
import { holdWorkspace } from '../../store/chat-workspaces.js';
import { lockChannels } from '../../store/locks.js';
import type { Session } from '../../store/session.js';
import { storableText } from '../fields.js';
import { operation, OperationError, type Context } from '../operation.js';
import { channelSettingFields } from './channel-fields.js';
import { channelItem, channelNameField, type ChannelItem } from './channels.js';

const SECRET_BYTES = 32;
/** Of a tenant: each alert may become a message in every one of them. */
export const MOST_CHANNELS = 200;
const BOTS = ['slack', 'teams', 'discord'] as const;

export interface ChannelAdded {
  readonly channel: ChannelItem;
  /** Signs what a webhook is sent, where none was given; shown this once. */
  readonly secret: string | null;
}

const input = z.object({
  name: channelNameField.describe('Name for it, such as ops'),
  kind: z.enum(CHANNEL_KINDS).optional().describe('What it is; the chat channel where you ask when left out'),
  to: z
    .array(storableText(z.string().trim().min(1).max(300)))
    .optional()
    .describe('Of email: addresses, with commas between them'),
  url: storableText(z.string().trim().min(1).max(4_000))
    .optional()
    .describe('Of webhooks: the address; it is not shown again')
    .meta({ writeOnly: true }),
  secret: storableText(z.string().min(8).max(200))
    .optional()
    .describe('Of webhook: signs what is sent; one is made when left out')
    .meta({ writeOnly: true }),
  ...channelSettingFields,
});
type Asked = z.output<typeof input>;

export const channelAdd = operation({
  name: 'channel-add',
  summary: 'Have alerts and digests told in this channel, by e-mail, or to a webhook',
  role: 'admin',
  effect: 'changes',
  personal: true,
  input,
  run: (context, asked): Promise<ChannelAdded> => {
    const { db, tenant, now, actor } = context;
    return db.within(tenant, async (session) => {
      await lockChannels(session, tenant);
      const place = await placeOf(context, session, asked);
      const secretMade = place.kind === 'webhook' && asked.secret === undefined;
      const secret = secretMade ? randomBytes(SECRET_BYTES).toString('base64url') : (asked.secret ?? null);
      const channel: NewChannel = {
        ...place,
        secret: place.kind === 'webhook' ? { ...place.secret, secret } : place.secret,
        name: asked.name,
        takesAll: asked.all ?? true,
        leastSeverity: asked.severity ?? 'info',
        quietFrom: asked.quiet?.from ?? null,
        quietUntil: asked.quiet?.until ?? null,
        zone: asked.zone ?? (await zoneHere(context, session, place)),
        createdAt: now(),
        createdBy: actor.name,
      };
      await refuseMore(context, session);
      const id = await addChannel(session, tenant, channel);
      if (id === null) throw await thereAlready(context, session, channel);
      const [row] = await channelsById(session, tenant, [id]);
      if (row === undefined) throw new Error('a channel that was added is there');
      return { channel: channelItem(row), secret: secretMade ? secret : null };
    });
  },
  changed: ({ channel }) => ({ channel: channel.name, kind: channel.kind, place: channel.place }),
});

type Place = Pick<NewChannel, 'kind' | 'workspace' | 'address' | 'destination' | 'secret'>;

/** Where it is, from what was asked, or from where it was asked. Throws OperationError with what is missing. */
async function placeOf(context: Context, session: Session, asked: Asked): Promise<Place> {
  const { chat } = context;
  const kind = asked.kind ?? chat?.platform;
  const nowhere = { workspace: null, address: null, destination: {}, secret: null };
  refuseStray(asked, kind);
  switch (kind) {
    case undefined:
      throw new OperationError(
        'channel-kind',
        `Say what it is, such as: channel-add ${asked.name} kind:email to:ada@example.com`,
      );
    case 'terminal':
      return { ...nowhere, kind };
    case 'slack':
    case 'teams':
    case 'discord':
      return placeHere(context, session, kind);
    case 'email': {
      const to = asked.to ?? [];
      const problem = recipientsProblem(to);
      if (problem !== null) throw new OperationError('channel-address', problem);
      return { ...nowhere, kind, destination: { to } };
    }
    case 'webhook':
    case 'slack-webhook':
    case 'discord-webhook':
    case 'teams-webhook': {
      const problem = urlProblem(kind, asked.url ?? '', context.webhooks ?? NOTHING_MORE);
      if (problem !== null) throw new OperationError('channel-address', problem);
      return { ...nowhere, kind, secret: { url: asked.url } };
    }
    default:
      return kind satisfies never;
  }
}

async function placeHere(
  { chat, tenant }: Context,
  session: Session,
  kind: (typeof BOTS)[number],
): Promise<Place> {
  if (chat === undefined || chat.platform !== kind || chat.destination === undefined)
    throw new OperationError(
      'channel-elsewhere',
      `A channel of ${kind} is added where it is: ask there /dmarc channel-add NAME`,
    );
  const { workspace, channel: address, destination } = chat;
  // Released while it was asked: its channels went with it.
  if (!(await holdWorkspace(session, tenant, { platform: kind, workspace })))
    throw new OperationError('workspace-unknown', 'This workspace is not bound any more.');
  return { kind, workspace, address, destination, secret: null };
}

/** An option of another kind is a slip that would do something else than was meant. */
function refuseStray(asked: Asked, kind: string | undefined): void {
  const stray = [
    asked.to !== undefined && kind !== 'email' && 'to is of kind:email',
    asked.url !== undefined && !kind?.endsWith('webhook') && 'url is of kind:webhook and its like',
    asked.secret !== undefined && kind !== 'webhook' && 'secret is of kind:webhook',
  ].find((text) => text !== false);
  if (stray !== undefined)
    throw new OperationError('channel-kind', `${stray}; say which kind of channel it is.`);
}

/** Of a chat channel what it has set; UTC otherwise. */
async function zoneHere({ tenant, chat }: Context, session: Session, { workspace }: Place): Promise<string> {
  const isHere = chat !== undefined && (workspace !== null || chat.platform === 'terminal');
  const set = isHere ? await findChannel(session, tenant, chat) : null;
  return set?.zone ?? 'UTC';
}

async function refuseMore({ tenant }: Context, session: Session): Promise<void> {
  const { length } = await channelNames(session, tenant);
  if (length >= MOST_CHANNELS)
    throw new OperationError(
      'channels-full',
      `There are ${length} channels, and at most ${MOST_CHANNELS} can be; remove one that nobody reads first: channel-remove NAME`,
    );
}

async function thereAlready(
  { tenant }: Context,
  session: Session,
  channel: NewChannel,
): Promise<OperationError> {
  const there = await channelNameAt(session, tenant, channel);
  return there === null
    ? new OperationError('channel-name', `There is a channel ${channel.name} already; take another name.`)
    : new OperationError(
        'channel-exists',
        `This place is the channel ${there} already; channel-set changes it.`,
      );
}
