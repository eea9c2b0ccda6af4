import { blockProblems, textLength } from './blocks.js';
import { history, replies } from './history.js';
import { LIMITS, METHOD_SCOPES } from './limits.js';
import { type Args, type Given, Refusal } from './refusal.js';
import type { Block, Channel, Message, State, StoredFile, View } from './state.js';

type Method = (state: State, args: Args) => Given;

const METHODS: Readonly<Record<string, Method>> = {
  'auth.test': (state) => ({
    url: state.baseUrl(),
    team: state.teamName,
    user: 'dmarc-ops',
    team_id: state.team,
    user_id: state.bot,
    bot_id: `B${state.bot.slice(1)}`,
    is_enterprise_install: false,
  }),
  'chat.postMessage': postMessage,
  'chat.postEphemeral': postEphemeral,
  'chat.update': update,
  'conversations.history': history,
  'conversations.replies': replies,
  'conversations.open': (state, { users }) => {
    const user = state.users.get(String(users));
    if (user === undefined) throw new Refusal('user_not_found');
    return { channel: { id: directOf(state, user.id).id } };
  },
  'files.getUploadURLExternal': (state, { filename, length }) => {
    if (typeof filename !== 'string' || !(Number(length) > 0)) throw new Refusal('invalid_arguments');
    const id = state.next('F');
    state.uploads.set(id, { id, name: filename, length: Number(length), bytes: null });
    return { upload_url: `${state.baseUrl()}/upload/v1/${id}`, file_id: id };
  },
  'files.completeUploadExternal': completeUpload,
  'files.info': (state, { file }) => {
    const found = state.files.get(String(file));
    if (found === undefined) throw new Refusal('file_not_found');
    return { file: fileObject(state, found) };
  },
  'users.info': (state, { user: id }) => ({ user: userObject(state, String(id)) }),
  'views.open': (state, { trigger_id: trigger, view }) => {
    const user = exchange(state, String(trigger));
    const opened = storeView(state, user, view, 'modal');
    state.modals.push(opened);
    return { view: { id: opened.id, hash: opened.hash, ...opened.content } };
  },
  'views.publish': (state, { user_id: user, view }) => {
    if (!state.users.has(String(user))) throw new Refusal('user_not_found');
    const published = storeView(state, String(user), view, 'home');
    state.homes.set(String(user), published);
    return { view: { id: published.id, hash: published.hash, ...published.content } };
  },
};

/** Does what a method of the Web API does; throws a Refusal as Slack would refuse. */
export function callMethod(state: State, name: string, args: Args, token: string | null): Given {
  if (token === null) throw new Refusal('not_authed');
  if (token !== state.botToken)
    throw new Refusal(token === state.appToken ? 'not_allowed_token_type' : 'invalid_auth');
  const method = METHODS[name];
  if (method === undefined) throw new Refusal('unknown_method');
  const needed = METHOD_SCOPES[name];
  if (needed !== undefined && !state.scopes.has(needed))
    throw new Refusal('missing_scope', [], { needed, provided: [...state.scopes].join(',') });
  return method(state, args);
}

function postMessage(state: State, args: Args): Given {
  const channel = placeFor(state, String(args['channel']));
  if (channel.archived) throw new Refusal('is_archived');
  if (channel.type !== 'public' && !channel.members.has(state.bot)) throw new Refusal('channel_not_found');
  if (!channel.members.has(state.bot) && !state.scopes.has('chat:write.public'))
    throw new Refusal('not_in_channel');
  const message = keepMessage(state, channel, args, null);
  return { channel: channel.id, ts: message.ts, message: { text: message.text, blocks: message.blocks } };
}

function postEphemeral(state: State, args: Args): Given {
  const channel = state.channels.get(String(args['channel']));
  const user = String(args['user']);
  if (channel === undefined || (channel.type === 'private' && !channel.members.has(state.bot)))
    throw new Refusal('channel_not_found');
  if (!channel.members.has(state.bot)) throw new Refusal('not_in_channel');
  if (!channel.members.has(user)) throw new Refusal('user_not_in_channel');
  return { message_ts: keepMessage(state, channel, args, user).ts };
}

/** Keeps a message if it is one that Slack takes. */
export function keepMessage(
  state: State,
  channel: Channel,
  args: Args,
  visibleTo: string | null,
  pictures = true,
): Message {
  const { text = '', blocks = [], metadata = null } = args;
  const thread = textOr(args['thread_ts'], null);
  checkContent(state, args, pictures);
  if (thread !== null && isReply(state, channel, thread)) throw new Refusal('cannot_reply_to_message');
  const message: Message = {
    ts: timestamp(state),
    channel: channel.id,
    visibleTo,
    by: state.bot,
    text: String(text),
    blocks: withIds(state, blocks),
    edits: 0,
    deleted: false,
    thread,
    metadata,
    files: [],
  };
  state.messages.push(message);
  return message;
}

/** Refuses content that Slack would refuse. */
function checkContent(state: State, { text = '', blocks = [] }: Args, pictures: boolean): void {
  if (text === '' && (blocks as unknown[]).length === 0) throw new Refusal('no_text');
  if (String(text).length > LIMITS.text) throw new Refusal('msg_too_long');
  const problems = blockProblems(blocks, 'message', (file) => pictures && canShow(state, file));
  if (problems.length > 0)
    throw new Refusal(
      'invalid_blocks',
      problems.map((problem) => `[ERROR] ${problem}`),
    );
  if (textLength(blocks) > LIMITS.blocksText) throw new Refusal('msg_blocks_too_long');
}

function withIds(state: State, blocks: unknown): Block[] {
  return (blocks as Block[]).map((block) => ({ ...block, block_id: block['block_id'] ?? state.next('b') }));
}

/** A thread hangs below a message of the channel, not below a reply. */
function isReply(state: State, channel: Channel, ts: string): boolean {
  return state.messages.some((one) => one.channel === channel.id && one.ts === ts && one.thread !== null);
}

/** https://docs.slack.dev/reference/methods/chat.update: by the id of the channel, own messages, that all see. */
function update(state: State, args: Args): Given {
  const channel = state.channels.get(String(args['channel']));
  if (channel === undefined || (channel.type === 'private' && !channel.members.has(state.bot)))
    throw new Refusal('channel_not_found');
  if (channel.archived) throw new Refusal('is_archived');
  const message = state.messages.find(
    (one) => one.channel === channel.id && one.ts === args['ts'] && !one.deleted && one.visibleTo === null,
  );
  if (message === undefined) throw new Refusal('message_not_found');
  if (message.by !== state.bot) throw new Refusal('cant_update_message');
  checkContent(state, args, true);
  message.text = textOr(args['text'], '');
  message.blocks = withIds(state, args['blocks'] ?? []);
  message.edits += 1;
  return { channel: channel.id, ts: message.ts, text: message.text };
}

function completeUpload(state: State, { files, channel_id: channel, thread_ts: thread }: Args): Given {
  if (files === undefined) throw new Refusal('invalid_arguments');
  const given = (typeof files === 'string' ? JSON.parse(files) : files) as { id: string; title?: string }[];
  const place = state.channels.get(textOr(channel, '')) ?? null;
  if (channel !== undefined && (place === null || !place.members.has(state.bot)))
    throw new Refusal(place === null ? 'channel_not_found' : 'not_in_channel');
  const stored = given.map(({ id, title }) => {
    const upload = state.uploads.get(id);
    if (upload === undefined || upload.bytes === null) throw new Refusal('file_not_found');
    const file: StoredFile = {
      id,
      name: upload.name,
      title: title ?? upload.name,
      bytes: upload.bytes,
      owner: state.bot,
      channels: new Set(place === null ? [] : [place.id]),
      readyAt: state.now() + state.fileDelayMs,
    };
    state.uploads.delete(id);
    state.files.set(id, file);
    return file;
  });
  if (place !== null)
    state.messages.push({
      ts: timestamp(state),
      channel: place.id,
      visibleTo: null,
      by: state.bot,
      text: '',
      blocks: [],
      edits: 0,
      deleted: false,
      thread: textOr(thread, null),
      metadata: null,
      files: stored.map(({ id }) => id),
    });
  return { files: stored.map((file) => fileObject(state, file)) };
}

/** Its type is known some time after the upload. */
export function fileObject(state: State, file: StoredFile): Given {
  const ready = state.now() >= file.readyAt;
  const address = `${state.baseUrl()}/files-pri/${state.team}-${file.id}`;
  return {
    id: file.id,
    name: file.name,
    title: file.title,
    size: file.bytes.length,
    mimetype: ready ? typeOf(file.name) : '',
    user: file.owner,
    url_private: `${address}/${encodeURIComponent(file.name)}`,
    url_private_download: `${address}/download/${encodeURIComponent(file.name)}`,
    channels: [...file.channels],
  };
}

export function typeOf(name: string): string {
  const types: Readonly<Record<string, string>> = {
    png: 'image/png',
    csv: 'text/csv',
    xml: 'text/xml',
    gz: 'application/gzip',
    zip: 'application/zip',
  };
  return types[name.split('.').at(-1) ?? ''] ?? 'application/octet-stream';
}

function canShow(state: State, id: string): boolean {
  const file = state.files.get(id);
  return (
    file !== undefined &&
    file.owner === state.bot &&
    state.now() >= file.readyAt &&
    file.name.endsWith('.png')
  );
}

function userObject(state: State, id: string): Given {
  const user = state.users.get(id);
  if (user === undefined) throw new Refusal('user_not_found');
  return {
    id,
    team_id: user.team,
    name: user.name,
    real_name: user.name,
    deleted: false,
    is_bot: false,
    is_restricted: user.guest,
    is_ultra_restricted: false,
    ...(user.stranger ? { is_stranger: true } : {}),
    is_email_confirmed: user.confirmed,
    profile: {
      display_name: user.name,
      ...(user.email !== null && state.scopes.has('users:read.email') ? { email: user.email } : {}),
    },
  };
}

function exchange(state: State, id: string): string {
  const trigger = state.triggers.get(id);
  if (trigger === undefined) throw new Refusal('invalid_trigger_id');
  if (trigger.used) throw new Refusal('exchanged_trigger_id');
  if (state.now() - trigger.at > LIMITS.triggerMs) throw new Refusal('expired_trigger_id');
  trigger.used = true;
  return trigger.user;
}

function storeView(state: State, user: string, view: unknown, type: 'modal' | 'home'): View {
  const content = view as View['content'];
  if (JSON.stringify(content).length > LIMITS.viewBytes) throw new Refusal('view_too_large');
  const problems = blockProblems(content.blocks, type, (file) => canShow(state, file));
  if (content['type'] !== type) problems.push(`must be a ${type}`);
  const { title, private_metadata: kept = '', callback_id: callback = '' } = content;
  const { text = '' } = (title ?? {}) as { readonly text?: string };
  if (type === 'modal' && (text === '' || text.length > LIMITS.modalTitle))
    problems.push('title of 1 to 24 characters');
  const submit = content['submit'] as { readonly text?: string } | undefined;
  if (type === 'modal' && content.blocks.some((block) => block.type === 'input') && submit === undefined)
    problems.push('submit is needed beside an input');
  if ((submit?.text?.length ?? 0) > LIMITS.modalButton) problems.push('submit of at most 24 characters');
  if (String(kept).length > LIMITS.privateMetadata) problems.push('private_metadata too long');
  if (String(callback).length > LIMITS.callbackId) problems.push('callback_id too long');
  if (problems.length > 0)
    throw new Refusal(
      'invalid_arguments',
      problems.map((problem) => `[ERROR] ${problem}`),
    );
  return { id: state.next('V'), type, user, hash: state.next('h'), content };
}

/** Messages to a user's id go to their direct message with the app. */
function placeFor(state: State, id: string): Channel {
  const channel = state.users.has(id) ? directOf(state, id) : state.channels.get(id);
  if (channel === undefined) throw new Refusal('channel_not_found');
  return channel;
}

export function directOf(state: State, user: string): Channel {
  const found = [...state.channels.values()].find(
    ({ type, members }) => type === 'im' && members.has(user) && members.has(state.bot),
  );
  if (found !== undefined) return found;
  const channel: Channel = {
    id: state.next('D'),
    name: 'directmessage',
    type: 'im',
    members: new Set([user, state.bot]),
    archived: false,
  };
  state.channels.set(channel.id, channel);
  return channel;
}

function textOr<Other>(value: unknown, other: Other): string | Other {
  return typeof value === 'string' ? value : other;
}

let lastTs = 0;

/** No two messages have the same. */
export function timestamp(state: State): string {
  lastTs = Math.max(lastTs + 0.000_01, state.now() / 1_000);
  return lastTs.toFixed(6);
}
