import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { LIMITS } from './limits.js';
import { callMethod, keepMessage, typeOf } from './methods.js';
import { fakePeople, type FakePeople } from './people.js';
import { rates } from './rates.js';
import { type Args, Refusal } from './refusal.js';
import { fakeSocket, type FakeSocket } from './socket.js';
import { type CallRecord, type Fault, numberer, type State } from './state.js';

/** Slack on loopback, as far as an app sees it; see limits.ts for what it refuses. */
export interface FakeSlack extends FakePeople {
  readonly state: State;
  readonly apiUrl: string;
  readonly socket: FakeSocket;
  /** Variables that set a service up for it. */
  environment(way: 'http' | 'socket'): Record<string, string>;
  /** Happens to the next calls of a method, or of `response_url`, `upload` and `download`, one each. */
  fault(method: string, ...faults: readonly Fault[]): void;
  /** Calls of a method, in order. */
  calls(method: string): CallRecord[];
  /** Authorization headers that came for files. */
  readonly fileCalls: readonly { readonly path: string; readonly authorization: string | undefined }[];
  stop(): Promise<void>;
}

const SCOPES = [
  'app_mentions:read',
  'channels:history',
  'chat:write',
  'chat:write.public',
  'commands',
  'files:read',
  'files:write',
  'groups:history',
  'im:history',
  'im:write',
  'users:read',
  'users:read.email',
];

/** Starts it. `now` in milliseconds moves its limits in time. */
export async function startFakeSlack({
  now = () => Date.now(),
}: { now?: () => number } = {}): Promise<FakeSlack> {
  let baseUrl = '';
  const next = numberer();
  const state: State = {
    team: next('T'),
    teamName: 'Example Workspace',
    app: next('A'),
    bot: next('U'),
    botToken: `xoxb-${randomBytes(12).toString('hex')}`,
    appToken: `xapp-1-${randomBytes(12).toString('hex')}`,
    signingSecret: randomBytes(16).toString('hex'),
    scopes: new Set(SCOPES),
    users: new Map(),
    channels: new Map(),
    messages: [],
    files: new Map(),
    uploads: new Map(),
    homes: new Map(),
    modals: [],
    triggers: new Map(),
    responseUrls: new Map(),
    calls: [],
    faults: new Map(),
    fileDelayMs: 20,
    picturesByResponseUrl: true,
    now,
    next,
    baseUrl: () => baseUrl,
  };
  const limited = rates(state);
  const fileCalls: { path: string; authorization: string | undefined }[] = [];
  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy());
  });
  const socket = fakeSocket(state, server);

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '/', 'http://slack');
    const body = await bytesOf(request);
    const [, first = '', ...rest] = pathname.split('/');
    if (first === 'api') return api(rest.join('/'), request, body, response);
    if (first === 'upload') return upload(rest[1] ?? '', request, body, response);
    if (first === 'files-pri') return download(pathname, request, response);
    if (first === 'response') return responseUrl(pathname, body, response);
    response.writeHead(404).end();
  }

  /** Runs a call with its fault, if one is due; `answer` writes what Slack would say. */
  async function withFault(
    method: string,
    args: Args,
    response: ServerResponse,
    work: () => Given,
    answer: (given: Given) => void,
  ): Promise<void> {
    const record: CallRecord = { method, args, outcome: 'ok' };
    state.calls.push(record);
    const fault = state.faults.get(method)?.shift();
    if (fault?.type === 'delay') await sleep(fault.ms);
    if (fault?.type === 'cut') {
      record.outcome = 'cut';
      response.destroy();
      return;
    }
    if (fault?.type === 'server') {
      record.outcome = '503';
      response.writeHead(503).end('upstream');
      return;
    }
    const wait = fault?.type === 'rate' ? fault.seconds : limited(method, args);
    if (wait !== null) {
      record.outcome = 'ratelimited';
      response.writeHead(429, { 'retry-after': String(wait), 'content-type': 'application/json' });
      response.end(JSON.stringify({ ok: false, error: 'ratelimited' }));
      return;
    }
    try {
      if (fault?.type === 'error') throw new Refusal(fault.error);
      const given = work();
      if (fault?.type === 'lost') {
        record.outcome = 'lost';
        response.destroy();
      } else if (fault?.type === 'held') record.outcome = 'held';
      else answer({ ok: true, ...given });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      record.outcome = error.code;
      answer({
        ok: false,
        error: error.code,
        ...error.more,
        ...(error.messages.length > 0
          ? { errors: error.messages, response_metadata: { messages: error.messages } }
          : {}),
      });
    }
  }

  async function api(
    method: string,
    request: IncomingMessage,
    body: Buffer,
    response: ServerResponse,
  ): Promise<void> {
    const args = readArgs(body);
    const token = /^Bearer (.+)$/u.exec(request.headers.authorization ?? '')?.[1] ?? null;
    await withFault(
      method,
      args,
      response,
      () =>
        method === 'apps.connections.open' ? socket.open(token) : callMethod(state, method, args, token),
      (given) => json(response, 200, given),
    );
  }

  async function upload(
    id: string,
    request: IncomingMessage,
    body: Buffer,
    response: ServerResponse,
  ): Promise<void> {
    const due = state.uploads.get(id);
    if (due === undefined) {
      response.writeHead(404).end();
      return;
    }
    const bytes = await partOf(request.headers['content-type'] ?? '', body);
    await withFault(
      'upload',
      { id },
      response,
      () => {
        if (bytes.length !== due.length) throw new Refusal('file_size_mismatch');
        due.bytes = bytes;
        return {};
      },
      (given) =>
        response
          .writeHead(given['ok'] === true ? 200 : 400)
          .end(given['ok'] === true ? `OK - ${bytes.length}` : 'mismatch'),
    );
  }

  /** Whoever may not read a file gets the page to sign in, with 200. */
  async function download(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { authorization } = request.headers;
    fileCalls.push({ path, authorization });
    const id = /^\/files-pri\/[^-]+-(F[A-Z0-9]+)\//u.exec(path)?.[1] ?? '';
    const file = state.files.get(id);
    await withFault(
      'download',
      { id },
      response,
      () => ({}),
      () => {
        if (
          file === undefined ||
          authorization !== `Bearer ${state.botToken}` ||
          !state.scopes.has('files:read')
        )
          response
            .writeHead(200, { 'content-type': 'text/html; charset=utf-8' })
            .end('<!DOCTYPE html><title>Sign in</title>');
        else response.writeHead(200, { 'content-type': typeOf(file.name) }).end(file.bytes);
      },
    );
  }

  async function responseUrl(path: string, body: Buffer, response: ServerResponse): Promise<void> {
    const args = JSON.parse(body.toString()) as Args;
    await withFault(
      'response_url',
      args,
      response,
      () => {
        const url = state.responseUrls.get(path);
        if (url === undefined) throw new Refusal('invalid_url');
        if (state.now() - url.since > LIMITS.responseUrlMs) throw new Refusal('expired_url');
        if (url.uses >= LIMITS.responseUrlUses) throw new Refusal('used_url');
        const channel = state.channels.get(url.channel);
        if (channel === undefined) throw new Refusal('invalid_url');
        const visibleTo = args['response_type'] === 'in_channel' ? null : url.user;
        keepMessage(state, channel, args, visibleTo, state.picturesByResponseUrl);
        url.uses += 1;
        return {};
      },
      (given) => (given['ok'] === true ? response.writeHead(200).end('ok') : json(response, 404, given)),
    );
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const people = fakePeople(state, socket);
  return {
    ...people,
    state,
    apiUrl: `${baseUrl}/api/`,
    socket,
    fileCalls,
    environment: (way) => ({
      SLACK_BOT_TOKEN: state.botToken,
      SLACK_API_URL: `${baseUrl}/api/`,
      ...(way === 'socket'
        ? { SLACK_APP_TOKEN: state.appToken }
        : { SLACK_SIGNING_SECRET: state.signingSecret }),
    }),
    fault: (method, ...faults) => {
      state.faults.set(method, [...(state.faults.get(method) ?? []), ...faults]);
    },
    calls: (method) => state.calls.filter((call) => call.method === method),
    stop: async () => {
      socket.stop();
      server.closeAllConnections();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
    },
  };
}

type Given = Readonly<Record<string, unknown>>;

/** Forms whose values are JSON where they are objects, as the Web API takes them. */
function readArgs(body: Buffer): Args {
  const entries = [...new URLSearchParams(body.toString())].map(
    ([name, value]) => [name, readValue(value)] as const,
  );
  return Object.fromEntries(entries);
}

function readValue(value: string): unknown {
  if (/^[[{]/u.test(value)) {
    try {
      return JSON.parse(value) as unknown;
    } catch {
      return value;
    }
  }
  return value === 'true' ? true : value === 'false' ? false : value;
}

async function partOf(type: string, body: Buffer): Promise<Buffer> {
  if (!type.startsWith('multipart/')) return body;
  const form = await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData();
  for (const value of form.values())
    if (typeof value !== 'string') return Buffer.from(await value.arrayBuffer());
  return Buffer.alloc(0);
}

async function bytesOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function json(response: ServerResponse, status: number, content: unknown): void {
  response
    .writeHead(status, { 'content-type': 'application/json; charset=utf-8' })
    .end(JSON.stringify(content));
}
