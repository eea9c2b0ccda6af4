import { z } from 'zod';
import { DiscordError } from './errors.js';
import type { Rendered } from './render.js';
import type { DiscordSettings } from './settings.js';

/** What goes with a new message. */
export interface Beside {
  /** The same within some minutes is the same message: https://docs.discord.com/developers/resources/message#create-message */
  readonly nonce: string;
  /** The message that it answers to. */
  readonly answers?: string;
}

/** A message as it stands in a channel, as far as it is looked at. */
export type Seen = z.output<typeof seen>;

/** Messages in channels, each call made once, without waiting; errors are DiscordErrors, or of the connection. */
export interface Messages {
  /** Gives its id. */
  post(channel: string, rendered: Rendered, beside: Beside): Promise<string>;
  edit(channel: string, message: string, rendered: Rendered): Promise<void>;
  /** The newest; none where the bot may not read what was said. */
  recent(channel: string): Promise<readonly Seen[]>;
}

/** https://docs.discord.com/developers/reference#api-versioning, and #user-agent */
const VERSION = 'v10';
const AGENT = 'DiscordBot (dmarc-ops, 1)';
const TIMEOUT_MS = 15_000;
/** https://docs.discord.com/developers/resources/message#get-channel-messages */
const MOST_RECENT = 100;

const sent = z.object({ id: z.string() });
const seen = z.object({
  id: z.string(),
  author: z.object({ bot: z.boolean().optional() }),
  components: z.array(z.object({ id: z.number().optional() })).default([]),
});
const trouble = z.object({
  code: z.number().optional(),
  message: z.string().optional(),
  errors: z.unknown().optional(),
  retry_after: z.number().optional(),
  global: z.boolean().optional(),
});

/**
 * Not by the client of discord.js, which waits by itself, and takes the refusal to change an old message once more
 * (30046, which comes with 429) for a limit that passes.
 */
export function createMessages({ token, api }: DiscordSettings): Messages {
  const call = async (
    method: string,
    path: string,
    body: string | FormData | null = null,
  ): Promise<unknown> => {
    const response = await fetch(`${api}/${VERSION}/channels/${path}`, {
      method,
      headers: {
        authorization: `Bot ${token}`,
        'user-agent': AGENT,
        ...(typeof body === 'string' && { 'content-type': 'application/json' }),
      },
      body,
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const answer = parse(await response.text());
    if (response.ok) return answer;
    throw errorOf(response, answer);
  };
  return {
    post: async (channel, { message, files }, { nonce, answers }) => {
      const reference =
        answers === undefined
          ? {}
          : { message_reference: { message_id: answers, channel_id: channel, fail_if_not_exists: false } };
      const body = { ...message, ...reference, nonce, enforce_nonce: true };
      return sent.parse(await call('POST', `${channel}/messages`, bodyOf(body, files))).id;
    },
    edit: async (channel, id, { message, files }) => {
      await call('PATCH', `${channel}/messages/${id}`, bodyOf(message, files));
    },
    recent: async (channel) =>
      z.array(seen).parse(await call('GET', `${channel}/messages?limit=${MOST_RECENT}`)),
  };
}

/** https://docs.discord.com/developers/reference#uploading-files */
function bodyOf(body: unknown, files: Rendered['files']): string | FormData {
  const json = JSON.stringify(body);
  if (files.length === 0) return json;
  const form = new FormData();
  form.set('payload_json', json);
  for (const [at, { name, type, bytes }] of files.entries())
    form.set(`files[${at}]`, new Blob([new Uint8Array(bytes)], { type }), name);
  return form;
}

/** https://docs.discord.com/developers/topics/rate-limits#exceeding-a-rate-limit */
function errorOf({ status, headers }: Response, answer: unknown): DiscordError {
  const said = trouble.safeParse(answer).data ?? {};
  const seconds = said.retry_after ?? Number(headers.get('retry-after') ?? Number.NaN);
  return new DiscordError({
    status,
    code: said.code ?? 0,
    message: [said.message ?? `HTTP ${status}`, ...pathsIn(said.errors)].join('; '),
    retryAfterMs: status === 429 && Number.isFinite(seconds) ? seconds * 1_000 : null,
    isGlobal: said.global === true || headers.get('x-ratelimit-scope') === 'global',
  });
}

/** Where in the form Discord found something wrong. */
function pathsIn(errors: unknown, path = ''): string[] {
  if (typeof errors !== 'object' || errors === null) return [];
  return Object.entries(errors).flatMap(([name, inner]) =>
    name === '_errors' ? [path] : pathsIn(inner, path === '' ? name : `${path}.${name}`),
  );
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
