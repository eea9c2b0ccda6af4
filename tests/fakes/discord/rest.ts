import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { checkModal, mentionedBy } from './checks.js';
import type { Json } from './json.js';
import {
  checkChoices,
  checkCommands,
  checkMessage,
  type GivenFile,
  invalid,
  LIMITS,
  Refusal,
} from './limits.js';
import type { Rates, Wait } from './rates.js';
import type { Channel, KeptInteraction, KeptMessage, State } from './state.js';

/** Trouble that a test asks for; each happens to the next call that fits. */
export type Fault = { readonly path: RegExp; times: number } & (
  | { readonly type: 'limited'; readonly seconds: number; readonly isGlobal?: boolean }
  | { readonly type: 'status'; readonly status: number; readonly code?: number }
  | { readonly type: 'delay'; readonly ms: number }
  /** Done, but the connection is cut before the answer. */
  | { readonly type: 'lost' }
  /** Done, and there is no word of it. */
  | { readonly type: 'held' }
);

export interface Call {
  readonly method: string;
  readonly path: string;
  readonly body: Json;
  status: number;
}

export interface RestOptions {
  readonly state: State;
  readonly rates: Rates;
  readonly token: () => string;
  readonly bot: { readonly id: string; readonly name: string };
  readonly gatewayUrl: () => string;
  readonly faults: Fault[];
  readonly calls: Call[];
  readonly mostInvalid: number;
}

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: Json;
  readonly files: readonly GivenFile[];
}

type Reply = { readonly status: number; readonly body?: unknown };

const API = '/api/v10';

/** Answers calls of the REST API, version 10, and gives attachments. */
export function createRest(options: RestOptions) {
  const { state, rates, faults, calls } = options;

  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', 'http://discord');
    const attachment = state.attachments.get(url.pathname);
    if (attachment !== undefined) {
      response.end(attachment);
      return;
    }
    const { body, files } = await read(request);
    const path = url.pathname.startsWith(API) ? url.pathname.slice(API.length) : url.pathname;
    const call: Call = { method: request.method ?? 'GET', path, body, status: 0 };
    calls.push(call);
    const fault = take(faults, path);
    if (fault?.type === 'delay') await sleep(fault.ms);
    const asked = { method: call.method, path, query: url.searchParams, body, files };
    const { status, body: answer, headers } = respond(asked, request.headers.authorization, fault);
    call.status = status;
    if (status === 401 || status === 403 || status === 429) rates.invalid();
    if (fault?.type === 'lost') {
      response.destroy();
      return;
    }
    if (fault?.type === 'held') return;
    response.writeHead(status, {
      ...headers,
      ...(answer !== undefined && { 'content-type': 'application/json' }),
    });
    response.end(answer === undefined ? '' : JSON.stringify(answer));
  };

  function respond(
    asked: Asked,
    authorization: string | undefined,
    fault: Fault | null,
  ): Reply & { readonly headers: Readonly<Record<string, string>> } {
    const bucket = bucketOf(asked);
    const told = () => (bucket === null ? {} : bucketHeaders(rates.bucket(...bucket)));
    if (rates.isBanned(options.mostInvalid)) return { status: 429, headers: { 'retry-after': '600' } };
    if (fault?.type === 'limited')
      return limited({ seconds: fault.seconds, isGlobal: fault.isGlobal === true });
    if (fault?.type === 'status')
      return { status: fault.status, headers: {}, body: { message: 'Trouble', code: fault.code ?? 0 } };
    // Interactions do not count: https://docs.discord.com/developers/interactions/receiving-and-responding#endpoints
    const isInteraction = /^\/(?:interactions|webhooks)\//u.test(asked.path);
    if (!isInteraction && authorization !== `Bot ${options.token()}`)
      return { status: 401, headers: {}, body: { message: '401: Unauthorized', code: 0 } };
    const wait = (isInteraction ? null : rates.global()) ?? (bucket === null ? null : rates.route(...bucket));
    if (wait !== null) return limited(wait, told());
    try {
      return { ...handle(asked), headers: told() };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const { status, code, message, errors } = error;
      return { status, headers: told(), body: { code, message, ...(errors !== undefined && { errors }) } };
    }
  }

  function handle({ method, path, query, body, files }: Asked): Reply {
    const at = (pattern: RegExp) => pattern.exec(path);
    const { bot } = options;
    if (method === 'GET' && path === '/gateway/bot')
      return {
        status: 200,
        body: {
          url: options.gatewayUrl(),
          shards: 1,
          session_start_limit: { total: 1_000, remaining: 999, reset_after: 14_400_000, max_concurrency: 1 },
        },
      };
    if (method === 'GET' && path === '/applications/@me') return { status: 200, body: bot };
    if (path === `/applications/${bot.id}/commands`) {
      if (method === 'PUT') state.commands = checkCommands(body['list']).map(asKept(state, bot.id));
      return { status: 200, body: state.commands };
    }
    const callback = at(/^\/interactions\/(\d+)\/([^/]+)\/callback$/u);
    if (method === 'POST' && callback) return acknowledge(callback[1] ?? '', callback[2] ?? '', body, files);
    const original = at(/^\/webhooks\/(\d+)\/([^/]+)\/messages\/@original$/u);
    if (original && method === 'PATCH') return editOriginal(original[2] ?? '', body, files);
    const hook = at(/^\/webhooks\/(\d+)\/([^/]+)$/u);
    if (method === 'POST' && hook) return followUp(hook[2] ?? '', body, files);
    const channel = at(/^\/channels\/(\d+)\/messages$/u);
    if (method === 'POST' && channel) return post(channelOf(channel[1] ?? ''), body, files);
    if (method === 'GET' && channel) return recent(channelOf(channel[1] ?? ''), query);
    const message = at(/^\/channels\/(\d+)\/messages\/(\d+)$/u);
    if (message) return change(method, channelOf(message[1] ?? ''), message[2] ?? '', body, files);
    throw new Refusal(404, 0, '404: Not Found');
  }

  function acknowledge(id: string, token: string, body: Json, files: readonly GivenFile[]): Reply {
    const interaction = state.interactions.get(id);
    const isLate = interaction === undefined || state.now() - interaction.at > LIMITS.acknowledgeMs.most;
    if (isLate || interaction.token !== token) throw new Refusal(404, 10_062, 'Unknown interaction');
    if (interaction.acknowledged !== 'no')
      throw new Refusal(400, 40_060, 'Interaction has already been acknowledged.');
    const type = Number(body['type']);
    const data = (body['data'] ?? {}) as Json;
    const kind = Number(interaction.event['type']);
    // A form that was sent is not answered by a form.
    const fitting = { 3: [4, 5, 6, 7, 9], 4: [8], 5: [4, 5, 6, 7] }[kind] ?? [4, 5, 9];
    if (!fitting.includes(type))
      invalid('type', `Value of field "type" must be one of (${fitting.join(', ')}).`);
    if (type === 8) interaction.choices = checkChoices(data['choices']);
    if (type === 4) checkMessage(data, files);
    if (type === 7) checkMessage({ content: 'kept', ...data }, files);
    if (type === 9) checkModal(data);
    interaction.modal = type === 9 ? data : null;
    interaction.isEphemeral = (Number(data['flags'] ?? 0) & 64) !== 0;
    interaction.acknowledgedAt = state.now();
    const became = { 5: 'thinking', 6: 'update', 9: 'modal' } as const;
    interaction.acknowledged = became[type as keyof typeof became] ?? 'answered';
    if (type === 4) interaction.reply = addReply(interaction, data, files);
    if (type === 6 || type === 7) interaction.reply = interaction.on;
    if (type === 7 && interaction.on !== null) interaction.on.body = { ...interaction.on.body, ...data };
    return { status: 204 };
  }

  function addReply(interaction: KeptInteraction, body: Json, files: readonly GivenFile[]): KeptMessage {
    const onlyFor = interaction.isEphemeral ? interaction.user : null;
    return state.addMessage({ channel: interaction.channel, onlyFor, body, files });
  }

  function interactionOf(token: string): KeptInteraction {
    const interaction = state.interactionOf(token);
    if (interaction === undefined || interaction.acknowledged === 'no')
      throw new Refusal(404, 10_015, 'Unknown Webhook');
    if (state.now() - interaction.at > LIMITS.tokenMs.most)
      throw new Refusal(401, 50_027, 'Invalid Webhook Token');
    return interaction;
  }

  function editOriginal(token: string, body: Json, files: readonly GivenFile[]): Reply {
    const interaction = interactionOf(token);
    checkMessage(body, files);
    if (interaction.reply === null) interaction.reply = addReply(interaction, body, files);
    else if (interaction.reply.isDeleted) throw new Refusal(404, 10_008, 'Unknown Message');
    else edit(interaction.reply, body, files);
    interaction.acknowledged = 'answered';
    return { status: 200, body: state.shown(interaction.reply) };
  }

  function followUp(token: string, body: Json, files: readonly GivenFile[]): Reply {
    const interaction = interactionOf(token);
    checkMessage(body, files);
    const onlyFor = (Number(body['flags'] ?? 0) & 64) === 0 ? null : interaction.user;
    return {
      status: 200,
      body: state.shown(state.addMessage({ channel: interaction.channel, onlyFor, body, files })),
    };
  }

  function channelOf(id: string): Channel {
    const channel = state.channels.get(id);
    if (channel === undefined || channel.isDeleted) throw new Refusal(404, 10_003, 'Unknown Channel');
    if (channel.may === 'nothing') throw new Refusal(403, 50_001, 'Missing Access');
    return channel;
  }

  function post(channel: Channel, body: Json, files: readonly GivenFile[]): Reply {
    if (channel.may !== 'write') throw new Refusal(403, 50_013, 'Missing Permissions');
    checkMessage(body, files);
    const given = body['nonce'];
    const nonce = typeof given === 'string' || typeof given === 'number' ? String(given) : null;
    if (nonce !== null && nonce.length > LIMITS.nonce.most)
      invalid('nonce', `Must be ${LIMITS.nonce.most} or fewer in length.`, 'BASE_TYPE_MAX_LENGTH');
    const since = state.now() - LIMITS.nonceMs.most;
    const before =
      body['enforce_nonce'] === true && nonce !== null
        ? state.messages.find(
            (one) => one.channel === channel.id && one.nonce === nonce && one.sentAt > since,
          )
        : undefined;
    const answers = answeredBy(channel, body);
    const mentioned = mentionedBy(body);
    const message =
      before ??
      state.addMessage({ channel: channel.id, onlyFor: null, body, files, nonce, answers, mentioned });
    return { status: 200, body: state.shown(message) };
  }

  /** https://docs.discord.com/developers/resources/message#message-reference-structure */
  function answeredBy(channel: Channel, body: Json): string | null {
    const reference = body['message_reference'] as Json | undefined;
    if (reference === undefined) return null;
    if (!channel.readsHistory)
      throw new Refusal(400, 160_002, 'Cannot reply without permission to read message history');
    const id = String(reference['message_id']);
    const isThere = state.messages.some(
      (one) => one.id === id && one.channel === channel.id && !one.isDeleted,
    );
    if (isThere) return id;
    if (reference['fail_if_not_exists'] === false) return null;
    return invalid('message_reference', 'Unknown message', 'REPLIES_UNKNOWN_MESSAGE');
  }

  /**
   * The newest first, without their nonces, which are told once. None where the bot may not read what was said before.
   * https://docs.discord.com/developers/resources/message#get-channel-messages
   */
  function recent(channel: Channel, query: URLSearchParams): Reply {
    const limit = Number(query.get('limit') ?? 50);
    if (!(limit >= 1 && limit <= LIMITS.recent.most))
      invalid('limit', `int value should be between 1 and ${LIMITS.recent.most}.`);
    const there = state.messages.filter(
      (one) => one.channel === channel.id && one.onlyFor === null && !one.isDeleted,
    );
    const shown = channel.readsHistory ? there.toReversed().slice(0, limit) : [];
    return { status: 200, body: shown.map((one) => ({ ...state.shown(one), nonce: undefined })) };
  }

  function change(
    method: string,
    channel: Channel,
    id: string,
    body: Json,
    files: readonly GivenFile[],
  ): Reply {
    const message = state.messages.find(
      (one) => one.id === id && one.channel === channel.id && !one.isDeleted,
    );
    if (message === undefined) throw new Refusal(404, 10_008, 'Unknown Message');
    if (method === 'GET') return { status: 200, body: state.shown(message) };
    if (method === 'DELETE') {
      message.isDeleted = true;
      return { status: 204 };
    }
    if (method !== 'PATCH') throw new Refusal(405, 0, '405: Method Not Allowed');
    checkMessage(body, files);
    if (state.now() - message.sentAt > 3_600_000 && message.edits >= LIMITS.editsOfOld.most)
      throw new Refusal(
        429,
        30_046,
        'Maximum number of edits to messages older than 1 hour reached. Try again later',
      );
    edit(message, body, files);
    return { status: 200, body: state.shown(message) };
  }
}

function edit(message: KeptMessage, body: Json, files: readonly GivenFile[]): void {
  message.body = { ...message.body, ...body };
  message.files = files;
  message.edits += 1;
}

/** Commands as they come back: with ids, and without what is usual. */
function asKept(state: State, application: string) {
  return (command: Json): Json => ({
    ...command,
    id: state.id(),
    application_id: application,
    version: state.id(),
    default_member_permissions: null,
    nsfw: false,
  });
}

function bucketOf({ path }: Asked): ['channel' | 'webhook', string] | null {
  const [, kind, id = '', token = ''] = /^\/(channels|webhooks)\/(\d+)(?:\/([^/]+))?/u.exec(path) ?? [];
  if (kind === 'channels') return ['channel', id];
  return kind === 'webhooks' ? ['webhook', `${id}/${token}`] : null;
}

function bucketHeaders({ name, limit, remaining, resetSeconds }: ReturnType<Rates['bucket']>) {
  return {
    'x-ratelimit-bucket': name,
    'x-ratelimit-limit': String(limit),
    'x-ratelimit-remaining': String(remaining),
    'x-ratelimit-reset-after': resetSeconds.toFixed(3),
  };
}

function limited({ seconds, isGlobal }: Wait, more: Readonly<Record<string, string>> = {}) {
  return {
    status: 429,
    headers: {
      ...more,
      'retry-after': seconds.toFixed(3),
      'x-ratelimit-scope': isGlobal ? 'global' : 'user',
      ...(isGlobal && { 'x-ratelimit-global': 'true' }),
    },
    body: { message: 'You are being rate limited.', retry_after: seconds, global: isGlobal },
  };
}

function take(faults: Fault[], path: string): Fault | null {
  const fault = faults.find((one) => one.times > 0 && one.path.test(path));
  if (fault === undefined) return null;
  fault.times -= 1;
  return fault;
}

/** Bodies are JSON, or a form with JSON and files in it. */
async function read(request: IncomingMessage): Promise<{ body: Json; files: GivenFile[] }> {
  const bytes: Buffer[] = [];
  for await (const chunk of request) bytes.push(chunk as Buffer);
  const whole = Buffer.concat(bytes);
  const type = request.headers['content-type'] ?? '';
  if (whole.length === 0) return { body: {}, files: [] };
  if (!type.startsWith('multipart/form-data')) {
    const value = JSON.parse(whole.toString()) as unknown;
    return { body: Array.isArray(value) ? { list: value } : (value as Json), files: [] };
  }
  const form = await new Response(whole, { headers: { 'content-type': type } }).formData();
  const files: GivenFile[] = [];
  for (const [key, value] of form)
    if (typeof value !== 'string')
      files.push({ key, name: value.name, type: value.type, bytes: Buffer.from(await value.arrayBuffer()) });
  const json = form.get('payload_json');
  return { body: JSON.parse(typeof json === 'string' ? json : '{}') as Json, files };
}
