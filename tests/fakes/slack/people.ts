import { createHmac } from 'node:crypto';
import { LIMITS } from './limits.js';
import { directOf, fileObject, timestamp } from './methods.js';
import type { FakeSocket } from './socket.js';
import type { Channel, Message, State, User, View } from './state.js';

/** What Slack hands to an app. */
export interface Envelope {
  readonly type: 'slash_commands' | 'interactive' | 'events_api';
  readonly body: Readonly<Record<string, unknown>>;
}

/** What the app said to it; status 0 where it did not in time. */
export interface Reply {
  readonly status: number;
  readonly body: string;
  readonly ms: number;
}

export interface PersonOptions {
  readonly email?: string | null;
  readonly confirmed?: boolean;
  readonly guest?: boolean;
  readonly stranger?: boolean;
  readonly team?: string;
}

export interface SignOptions {
  readonly secret?: string;
  /** Seconds since 1970. */
  readonly timestamp?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface FakePeople {
  /** Where the app listens; over Socket Mode none is needed. */
  connect(address: string): void;
  person(name: string, options?: PersonOptions): string;
  channel(
    name: string,
    members: readonly string[],
    options?: { readonly withBot?: boolean; readonly type?: Channel['type'] },
  ): string;
  /** The direct message of somebody with the app. */
  direct(user: string): string;
  command(user: string, channel: string, text: string): Promise<Reply>;
  /** Presses a button of a message or view, by its label or action_id. */
  press(
    user: string,
    on: Message | View,
    button: string,
    chosen?: Readonly<Record<string, string>>,
  ): Promise<Reply>;
  /** Says something in a direct message with the app. */
  say(
    user: string,
    text: string,
    files?: readonly { readonly name: string; readonly bytes: Buffer }[],
  ): Promise<Reply>;
  mention(user: string, channel: string, text: string, thread?: string): Promise<Reply>;
  openHome(user: string, tab?: 'home' | 'messages'): Promise<Reply>;
  /** The app is invited into a channel. */
  invite(channel: string): Promise<Reply>;
  shortcut(user: string): Promise<Reply>;
  /** Types in a menu of a modal; gives what the app offers. */
  type(user: string, view: View, action: string, typed: string): Promise<Reply>;
  /** Throws where a field that has to be filled in is empty, for then nothing is sent. */
  submit(user: string, view: View, chosen: Readonly<Record<string, string>>): Promise<Reply>;
  /** Somebody deletes a message of the app. */
  remove(message: Message): void;
  /** The app is taken out of a channel. */
  kick(channel: string): void;
  archive(channel: string): void;
  /** What was delivered last, and the same once more, as Slack does where no answer came. */
  readonly last: () => Envelope;
  again(envelope?: Envelope): Promise<Reply>;
  /** Sends whatever to where the app listens. */
  send(body: string, type: string, headers: Readonly<Record<string, string>>): Promise<Reply>;
  sign(body: string, options?: SignOptions): Record<string, string>;
  /** What somebody sees in a channel; without somebody what all see. */
  messages(channel: string, user?: string): Message[];
}

const FORM = 'application/x-www-form-urlencoded';

/** People in the workspace; what they do reaches the app signed, or over the socket where it is connected. */
export function fakePeople(state: State, socket: FakeSocket): FakePeople {
  let address = '';
  let last: Envelope | null = null;

  const sign = (body: string, { secret = state.signingSecret, timestamp: at, headers }: SignOptions = {}) => {
    const time = String(at ?? Math.floor(Date.now() / 1_000));
    const hash = createHmac('sha256', secret).update(`v0:${time}:${body}`).digest('hex');
    return { 'x-slack-request-timestamp': time, 'x-slack-signature': `v0=${hash}`, ...headers };
  };
  const send = async (
    body: string,
    type: string,
    headers: Readonly<Record<string, string>>,
  ): Promise<Reply> => {
    const began = performance.now();
    try {
      const response = await fetch(address, {
        method: 'POST',
        headers: { 'content-type': type, ...headers },
        body,
        signal: AbortSignal.timeout(LIMITS.acknowledgeMs),
      });
      return { status: response.status, body: await response.text(), ms: performance.now() - began };
    } catch {
      return { status: 0, body: '', ms: performance.now() - began };
    }
  };
  const deliver = (envelope: Envelope, again = 0): Promise<Reply> => {
    last = envelope;
    if (address === '') return socket.send(envelope, again);
    const { type, body } = envelope;
    const text =
      type === 'events_api'
        ? JSON.stringify(body)
        : type === 'interactive'
          ? new URLSearchParams({ payload: JSON.stringify(body) }).toString()
          : new URLSearchParams(body as Record<string, string>).toString();
    const retry: Record<string, string> =
      again === 0 ? {} : { 'x-slack-retry-num': String(again), 'x-slack-retry-reason': 'http_timeout' };
    return send(text, type === 'events_api' ? 'application/json' : FORM, sign(text, { headers: retry }));
  };

  const userOf = (id: string): User => {
    const user = state.users.get(id);
    if (user === undefined) throw new Error(`there is no ${id}`);
    return user;
  };
  const trigger = (user: string) => {
    const id = `${state.next('1')}.2.${state.next('x')}`;
    state.triggers.set(id, { at: state.now(), used: false, user });
    return id;
  };
  const responseUrl = (user: string, channel: string) => {
    const path = `/response/${state.next('R')}`;
    state.responseUrls.set(path, { user, channel, since: state.now(), uses: 0 });
    return `${state.baseUrl()}${path}`;
  };
  const event = (content: Readonly<Record<string, unknown>>) =>
    deliver({
      type: 'events_api',
      body: {
        token: 'old-verification-token',
        team_id: state.team,
        api_app_id: state.app,
        type: 'event_callback',
        event_id: state.next('Ev'),
        event_time: Math.floor(state.now() / 1_000),
        event: { event_ts: timestamp(state), ...content },
        authorizations: [
          {
            enterprise_id: null,
            team_id: state.team,
            user_id: state.bot,
            is_bot: true,
            is_enterprise_install: false,
          },
        ],
        is_ext_shared_channel: false,
      },
    });
  const interaction = (user: string, content: Readonly<Record<string, unknown>>) => {
    const { id, name, team } = userOf(user);
    return deliver({
      type: 'interactive',
      body: {
        team: { id: team, domain: 'example' },
        user: { id, username: name, name, team_id: team },
        api_app_id: state.app,
        token: 'old-verification-token',
        enterprise: null,
        is_enterprise_install: false,
        ...content,
      },
    });
  };

  return {
    connect: (to) => {
      address = to;
    },
    person: (
      name,
      { email = null, confirmed = true, guest = false, stranger = false, team = state.team } = {},
    ) => {
      const id = state.next('U');
      state.users.set(id, { id, name, team, email, confirmed, guest, stranger });
      return id;
    },
    channel: (name, members, { withBot = false, type = 'public' } = {}) => {
      const id = state.next(type === 'im' ? 'D' : 'C');
      state.channels.set(id, {
        id,
        name,
        type,
        members: new Set([...members, ...(withBot ? [state.bot] : [])]),
        archived: false,
      });
      return id;
    },
    direct: (user) => directOf(state, user).id,
    command: (user, channel, text) =>
      deliver({
        type: 'slash_commands',
        body: {
          token: 'old-verification-token',
          team_id: userOf(user).team,
          team_domain: 'example',
          channel_id: channel,
          channel_name: state.channels.get(channel)?.name ?? '',
          user_id: user,
          user_name: userOf(user).name,
          command: '/dmarc',
          text: text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;'),
          api_app_id: state.app,
          is_enterprise_install: 'false',
          response_url: responseUrl(user, channel),
          trigger_id: trigger(user),
        },
      }),
    press: (user, on, button, chosen = {}) => {
      const { block, element } = findElement('ts' in on ? on.blocks : on.content.blocks, button);
      const content = {
        type: 'block_actions',
        trigger_id: trigger(user),
        actions: [{ ...element, block_id: block, action_ts: timestamp(state) }],
      };
      const values = stateOf('ts' in on ? on.blocks : on.content.blocks, chosen);
      if (!('ts' in on))
        return interaction(user, {
          ...content,
          container: { type: 'view', view_id: on.id },
          view: {
            id: on.id,
            team_id: state.team,
            app_installed_team_id: state.team,
            state: { values },
            ...on.content,
          },
        });
      // A message with a thread below it is told as the beginning of that thread.
      const began = state.messages.some((one) => one.channel === on.channel && one.thread === on.ts);
      const thread = on.thread !== null ? { thread_ts: on.thread } : began ? { thread_ts: on.ts } : {};
      return interaction(user, {
        ...content,
        container: {
          type: 'message',
          message_ts: on.ts,
          channel_id: on.channel,
          is_ephemeral: on.visibleTo !== null,
          ...thread,
        },
        channel: { id: on.channel, name: state.channels.get(on.channel)?.name ?? '' },
        // Of messages that one person sees Slack sends no content.
        ...(on.visibleTo === null
          ? { message: { type: 'message', ts: on.ts, blocks: on.blocks, ...thread } }
          : {}),
        state: { values },
        response_url: responseUrl(user, on.channel),
      });
    },
    say: (user, text, files = []) => {
      const channel = directOf(state, user).id;
      const shared = files.map(({ name, bytes }) => {
        const id = state.next('F');
        const file = {
          id,
          name,
          title: name,
          bytes,
          owner: user,
          channels: new Set([channel]),
          readyAt: state.now(),
        };
        state.files.set(id, file);
        return fileObject(state, file);
      });
      const ts = timestamp(state);
      return event({
        type: 'message',
        ...(shared.length > 0 ? { subtype: 'file_share', files: shared, upload: true } : {}),
        channel,
        channel_type: 'im',
        user,
        text,
        ts,
        event_ts: ts,
      });
    },
    mention: (user, channel, text, thread) =>
      event({
        type: 'app_mention',
        channel,
        user,
        text: `<@${state.bot}> ${text}`,
        ts: timestamp(state),
        ...(thread === undefined ? {} : { thread_ts: thread }),
      }),
    openHome: (user, tab = 'home') =>
      event({ type: 'app_home_opened', user, channel: directOf(state, user).id, tab }),
    invite: (channel) => {
      state.channels.get(channel)?.members.add(state.bot);
      return event({
        type: 'member_joined_channel',
        user: state.bot,
        channel,
        channel_type: 'C',
        team: state.team,
        inviter: 'U0',
      });
    },
    shortcut: (user) =>
      interaction(user, {
        type: 'shortcut',
        callback_id: 'dmarc_ask',
        action_ts: timestamp(state),
        trigger_id: trigger(user),
      }),
    type: (user, view, action, typed) =>
      interaction(user, {
        type: 'block_suggestion',
        action_id: action,
        block_id: action,
        value: typed,
        container: { type: 'view', view_id: view.id },
        view: { id: view.id, ...view.content },
      }),
    submit: (user, view, chosen) => {
      const values = stateOf(view.content.blocks, chosen);
      refuseEmpty(view.content.blocks, values);
      return interaction(user, {
        type: 'view_submission',
        trigger_id: trigger(user),
        view: {
          id: view.id,
          hash: view.hash,
          team_id: state.team,
          app_installed_team_id: state.team,
          ...view.content,
          state: { values },
        },
        response_urls: [],
      });
    },
    remove: (message) => {
      message.deleted = true;
    },
    kick: (channel) => void state.channels.get(channel)?.members.delete(state.bot),
    archive: (channel) => {
      const found = state.channels.get(channel);
      if (found !== undefined) found.archived = true;
    },
    last: () => {
      if (last === null) throw new Error('nothing was delivered');
      return last;
    },
    again: (envelope) => {
      if (envelope === undefined && last === null) throw new Error('nothing was delivered');
      return deliver(envelope ?? (last as Envelope), 1);
    },
    send,
    sign,
    messages: (channel, user) =>
      state.messages.filter(
        (message) =>
          message.channel === channel &&
          !message.deleted &&
          (message.visibleTo === null || message.visibleTo === user),
      ),
  };
}

interface Node {
  readonly [name: string]: unknown;
}

function findElement(
  blocks: readonly Node[],
  wanted: string,
): { readonly block: string; readonly element: Node } {
  for (const block of blocks) {
    const elements = [
      ...((block['elements'] ?? []) as Node[]),
      ...(block['accessory'] === undefined ? [] : [block['accessory'] as Node]),
    ];
    const element = elements.find(
      (one) =>
        one['action_id'] === wanted ||
        (one['text'] as { readonly text?: string } | undefined)?.text === wanted,
    );
    if (element !== undefined && block['type'] !== 'context')
      return { block: String(block['block_id']), element };
  }
  throw new Error(`there is nothing to press called ${wanted}`);
}

/** What menus hold: their first choice, or what was chosen by the person. */
function stateOf(
  blocks: readonly Node[],
  chosen: Readonly<Record<string, string>>,
): Record<string, Record<string, unknown>> {
  const values: Record<string, Record<string, unknown>> = {};
  for (const block of blocks) {
    const element = (block['accessory'] ?? block['element']) as Node | undefined;
    if (element === undefined) continue;
    const id = String(element['action_id']);
    const value = chosen[id];
    if (element['type'] === 'plain_text_input')
      values[String(block['block_id'])] = { [id]: { type: element['type'], value: value || null } };
    if (!String(element['type']).endsWith('_select')) continue;
    const initial = element['initial_option'] ?? null;
    values[String(block['block_id'])] = {
      [id]: {
        type: element['type'],
        selected_option: value === undefined ? initial : { text: { type: 'plain_text', text: value }, value },
      },
    };
  }
  return values;
}

/** The window of a modal sends nothing while a field is empty that is not optional, or too long. */
function refuseEmpty(blocks: readonly Node[], values: Record<string, Record<string, unknown>>): void {
  for (const block of blocks) {
    const element = block['element'] as Node | undefined;
    if (element?.['type'] !== 'plain_text_input') continue;
    const { value = null } = (values[String(block['block_id'])]?.[String(element['action_id'])] ?? {}) as {
      readonly value?: string | null;
    };
    if (value === null && block['optional'] !== true) throw new Error('a field has to be filled in');
    if ((value?.length ?? 0) > Number(element['max_length'] ?? LIMITS.inputText))
      throw new Error('a field takes no more text');
  }
}
