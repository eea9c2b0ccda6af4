import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createGateway, serverEvent } from './gateway.js';
import type { Json } from './json.js';
import { LIMITS } from './limits.js';
import { createRates } from './rates.js';
import { type Call, createRest, type Fault } from './rest.js';
import { type Channel, createState, type KeptInteraction, type KeptMessage, type Server } from './state.js';

export interface FakeDiscordOptions {
  readonly port?: number;
  readonly heartbeatMs?: number;
  readonly identifyEveryMs?: number;
  readonly mostInvalid?: number;
  readonly perSecond?: number;
}

export interface FakeFile {
  readonly name: string;
  readonly bytes: Buffer;
  /** In the place of where it is kept. */
  readonly url?: string;
}

export type FakeDiscord = Awaited<ReturnType<typeof startFakeDiscord>>;

const USUAL_HEARTBEAT_MS = 41_250;

/** A stand-in for Discord on loopback: REST, gateway and attachments on one port, with what people do as functions. */
export async function startFakeDiscord(options: FakeDiscordOptions = {}) {
  let moved = 0;
  const now = () => Date.now() + moved;
  const state = createState(now, () => bot.id);
  const rates = createRates(now, options.perSecond);
  const bot = { id: state.id(), name: 'dmarc-ops' };
  let token = `${Buffer.from(bot.id).toString('base64url')}.${randomBytes(4).toString('base64url')}.${randomBytes(20).toString('base64url')}`;
  const faults: Fault[] = [];
  const calls: Call[] = [];
  let gatewayUrl = '';
  const rest = createRest({
    state,
    rates,
    bot,
    faults,
    calls,
    token: () => token,
    gatewayUrl: () => gatewayUrl,
    mostInvalid: options.mostInvalid ?? LIMITS.invalidPerTenMinutes.most,
  });
  const http = createServer((request, response) => {
    rest(request, response).catch((error: unknown) => {
      console.error('the stand-in of Discord failed', error);
      response.destroy();
    });
  });
  const gateway = createGateway(http, state, {
    token: () => token,
    url: () => gatewayUrl,
    bot,
    heartbeatMs: options.heartbeatMs ?? USUAL_HEARTBEAT_MS,
    identifyEveryMs: options.identifyEveryMs ?? LIMITS.identifyEveryMs.most,
  });
  await new Promise<void>((resolve) => http.listen(options.port ?? 0, '127.0.0.1', resolve));
  const { port } = http.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  gatewayUrl = `ws://127.0.0.1:${port}/gateway`;

  const interact = (of: {
    readonly channel: Channel;
    readonly user: string;
    readonly type: number;
    readonly data: Json;
    readonly on?: KeptMessage;
  }): KeptInteraction => {
    const interaction: KeptInteraction = {
      id: state.id(),
      token: randomBytes(40).toString('base64url'),
      at: now(),
      user: of.user,
      channel: of.channel.id,
      on: of.on ?? null,
      acknowledged: 'no',
      isEphemeral: false,
      acknowledgedAt: null,
      reply: null,
      modal: null,
      choices: null,
      event: {},
    };
    const event: Json = {
      id: interaction.id,
      application_id: bot.id,
      type: of.type,
      token: interaction.token,
      version: 1,
      guild_id: of.channel.server,
      channel_id: of.channel.id,
      member: {
        nick: null,
        roles: [],
        user: { id: of.user, username: `user-${of.user}`, global_name: `User ${of.user}` },
      },
      data: of.data,
      ...(of.on !== undefined && { message: state.shown(of.on) }),
    };
    const kept = { ...interaction, event };
    state.interactions.set(kept.id, kept);
    gateway.dispatch('INTERACTION_CREATE', event);
    return kept;
  };

  return {
    /** For DISCORD_API_URL and DISCORD_CDN_URL. */
    api: `${url}/api`,
    cdn: url,
    token,
    application: bot.id,
    gateway,
    calls,
    rates,
    state,
    /** Trouble to come. */
    fault: (fault: Fault) => faults.push(fault),
    /** Makes time pass for what Discord looks at. */
    pass: (ms: number) => {
      moved += ms;
    },
    /** Another token is good from now on. */
    resetToken: () => {
      token = `${token.slice(0, -4)}${randomBytes(3).toString('base64url')}`;
      return token;
    },
    /** A server that the bot is added to, with channels of these names. */
    addServer: (name: string, channels: readonly string[] = ['general']): Server => {
      const id = state.id();
      const made: Channel[] = channels.map((channel) => ({
        id: state.id(),
        server: id,
        name: channel,
        may: 'write',
        readsHistory: true,
        isDeleted: false,
      }));
      for (const channel of made) state.channels.set(channel.id, channel);
      const server = { id, name, channels: made };
      state.servers.push(server);
      gateway.dispatch('GUILD_CREATE', serverEvent(server));
      return server;
    },
    /** Types `/dmarc …`: path of subcommands, then options by name. Throws where the command has no such ones. */
    command: (
      channel: Channel,
      user: string,
      path: string,
      values: Readonly<Record<string, string | number | boolean | FakeFile>> = {},
    ) => interact({ channel, user, type: 2, data: typed(path, values, null) }),
    /** Types into an option that completes; the interaction has the choices. */
    type: (
      channel: Channel,
      user: string,
      path: string,
      focused: string,
      values: Readonly<Record<string, string>>,
    ) => interact({ channel, user, type: 4, data: typed(path, values, focused) }),
    /** Presses the button of this label. Throws where the message shows none. */
    press: (message: KeptMessage, user: string, label: string) => {
      const part = parts(message).find((one) => one['label'] === label);
      if (part === undefined) throw new Error(`the message has no button ${label}`);
      return interact({
        channel: channelOf(message),
        user,
        type: 3,
        data: { component_type: 2, custom_id: part['custom_id'] },
        on: message,
      });
    },
    /** Presses a button with an id that the message need not have. */
    pressId: (message: KeptMessage, user: string, customId: string) =>
      interact({
        channel: channelOf(message),
        user,
        type: 3,
        data: { component_type: 2, custom_id: customId },
        on: message,
      }),
    /** Fills in the form that a press opened, by the names of its fields, and sends it. Throws where one needs more. */
    submit: (opened: KeptInteraction, values: Readonly<Record<string, string>>) => {
      const { modal, on, user } = opened;
      if (modal === null || on === null) throw new Error('no form was opened');
      const components = (modal['components'] as readonly Json[]).map((label, at) => {
        const input = label['component'] as Json;
        const value = values[String(input['custom_id'])] ?? '';
        if (value === '' && input['required'] !== false) throw new Error('a field has to be filled in');
        if (value.length > Number(input['max_length'])) throw new Error('a field takes no more text');
        const component = { type: 4, id: at * 2 + 2, custom_id: input['custom_id'], value };
        return { type: 18, id: at * 2 + 1, component };
      });
      return interact({
        channel: channelOf(on),
        user,
        type: 5,
        data: { custom_id: modal['custom_id'], components },
        on,
      });
    },
    /** Somebody deletes a message. */
    remove: (message: KeptMessage) => {
      message.isDeleted = true;
    },
    /** The bot is taken out of a server, or may no longer see it. */
    leave: (server: Server) => {
      for (const channel of server.channels) channel.may = 'nothing';
    },
    /** Chooses in the field of this id. */
    choose: (message: KeptMessage, user: string, customId: string, value: string) =>
      interact({
        channel: channelOf(message),
        user,
        type: 3,
        data: { component_type: 3, custom_id: customId, values: [value] },
        on: message,
      }),
    /** Messages that everybody in the channel sees. */
    messages: (channel: Channel) =>
      state.messages.filter((one) => one.channel === channel.id && one.onlyFor === null && !one.isDeleted),
    /** Messages that one person sees alone. */
    seenBy: (user: string) => state.messages.filter((one) => one.onlyFor === user && !one.isDeleted),
    stop: async () => {
      gateway.close();
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };

  function channelOf(message: KeptMessage): Channel {
    const channel = state.channels.get(message.channel);
    if (channel === undefined) throw new Error('the channel is gone');
    return channel;
  }

  function typed(
    path: string,
    values: Readonly<Record<string, string | number | boolean | FakeFile>>,
    focused: string | null,
  ): Json {
    let within = state.commands.find((command) => command['name'] === 'dmarc')?.['options'] as
      readonly Json[] | undefined;
    const nest: Json[] = [];
    for (const name of path.split(' ')) {
      const option = within?.find((one) => one['name'] === name);
      if (option === undefined) throw new Error(`/dmarc has no ${path}`);
      nest.push(option);
      within = option['options'] as readonly Json[] | undefined;
    }
    const attachments: Record<string, Json> = {};
    const given = Object.entries(values).map(([name, value]) => {
      const option = within?.find((one) => one['name'] === name);
      if (option === undefined) throw new Error(`/dmarc ${path} has no option ${name}`);
      const type = option['type'];
      if (typeof value !== 'object') return { name, type, value, ...(name === focused && { focused: true }) };
      const attachment = keep(value);
      attachments[String(attachment['id'])] = attachment;
      return { name, type, value: attachment['id'] };
    });
    const missing = (within ?? []).find(
      (one) => one['required'] === true && !(String(one['name']) in values),
    );
    if (missing !== undefined && focused === null)
      throw new Error(`/dmarc ${path} needs ${String(missing['name'])}`);
    const innermost = nest.reduceRight<readonly Json[]>(
      (inner, option) => [{ name: option['name'], type: option['type'], options: inner }],
      given,
    );
    return { id: state.id(), name: 'dmarc', type: 1, options: innermost, resolved: { attachments } };
  }

  function keep({ name, bytes, url: elsewhere }: FakeFile): Json {
    const id = state.id();
    const path = `/ephemeral-attachments/${id}/${encodeURIComponent(name)}`;
    state.attachments.set(path, bytes);
    return { id, filename: name, size: bytes.length, url: elsewhere ?? `${url}${path}?ex=1&is=2&hm=3` };
  }
}

/** Buttons and fields of a message. */
export function parts(message: KeptMessage): readonly Json[] {
  const rows = (message.body['components'] ?? []) as readonly Json[];
  return rows.flatMap((row) => row['components'] as readonly Json[]);
}
