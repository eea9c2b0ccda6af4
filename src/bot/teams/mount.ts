import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { CloudAdapter } from 'botbuilder';
import type { Log } from '../../core/ingest/context.js';
import { type Activity, readActivity } from './activity.js';
import { isAllowedService } from './allowed.js';
import type { Gate } from './gate.js';

/** An activity that Teams sent is far below this. */
const MOST_BYTES = 512 * 1_024;

/** What an invoke is answered with; null for an activity that wants no more than to be taken. */
export type InvokeAnswer = Readonly<Record<string, unknown>> | null;

export interface MountParts {
  readonly gate: Gate;
  readonly adapter: CloudAdapter;
  readonly serviceUrls: readonly string[];
  readonly log: Log;
  /** Takes an activity whose token was checked; throws where it could not be kept. */
  readonly take: (activity: Activity) => Promise<InvokeAnswer>;
}

/**
 * Requests of the Bot Connector. Refused before anything is read of them: those without a good token (401); those for a
 * body that names another sender than the token, or one that is not allowed (403).
 */
export function teamsListener(parts: MountParts): RequestListener {
  return (request, response) => {
    answer(parts, request, response).catch((error: unknown) => {
      parts.log.error('A request of Teams could not be taken', { error });
      end(response, 503);
    });
  };
}

async function answer(parts: MountParts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { gate, serviceUrls, log } = parts;
  if (request.method !== 'POST') return end(response, 405);
  const bearer = await gate.check(request.headers.authorization);
  if (bearer === null) {
    log.warn('A request without a good token of Teams was refused');
    return end(response, 401);
  }
  const body = await readBody(request);
  if (body === null) return end(response, 413);
  const json = parse(body);
  const activity = readActivity(json);
  if (activity === null) return end(response, 400);
  const { serviceUrl } = activity;
  if (serviceUrl !== bearer.serviceUrl || !isAllowedService(serviceUrl, serviceUrls)) {
    log.warn(
      'A request in the name of Teams was refused: TEAMS_SERVICE_URLS does not allow where it is to be answered',
      {
        serviceUrl: serviceUrl.slice(0, 200),
      },
    );
    return end(response, 403);
  }
  await pass(parts, request, response, json, activity);
}

/** To Microsoft's adapter, and what comes of it back; https://learn.microsoft.com/javascript/api/botbuilder/cloudadapter */
async function pass(
  { adapter, take }: MountParts,
  request: IncomingMessage,
  response: ServerResponse,
  json: unknown,
  activity: Activity,
): Promise<void> {
  let failure: unknown = null;
  let status = 200;
  let sent: unknown = null;
  const shown = {
    socket: request.socket,
    status: (code: number) => {
      status = code;
      return shown;
    },
    header: () => shown,
    send: (value: unknown) => {
      sent = value;
      return shown;
    },
    end: () => shown,
  };
  // Read as plain data: the adapter makes dates of some of its fields.
  await adapter.process(
    { body: json as Record<string, unknown>, headers: request.headers, method: 'POST' },
    shown,
    async (context) => {
      try {
        const invoke = await take(activity);
        if (invoke !== null)
          await context.sendActivity({ type: 'invokeResponse', value: { status: 200, body: invoke } });
      } catch (error) {
        failure = error;
        if (activity.type === 'invoke')
          await context.sendActivity({ type: 'invokeResponse', value: { status: 503 } });
      }
    },
  );
  if (failure !== null) throw failure;
  // What the SDK says of refused tokens is for nobody.
  return end(response, status, status < 300 ? sent : null);
}

async function readBody(request: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk as Uint8Array);
    size += bytes.length;
    if (size > MOST_BYTES) return null;
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return null;
  }
}

function end(response: ServerResponse, status: number, body: unknown = null): void {
  if (response.headersSent) return;
  if (body === null) {
    response.writeHead(status, status === 413 ? { connection: 'close' } : {}).end();
    return;
  }
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(body));
}
