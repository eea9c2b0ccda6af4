import { setTimeout as sleep } from 'node:timers/promises';
import type { SocketModeReceiver } from '@slack/bolt';
import type { Log } from '../../core/ingest/context.js';
import { codeOf } from './errors.js';

type Client = SocketModeReceiver['client'];

/** How the first attempt to connect ended. */
export type Connected =
  | { readonly type: 'connected' }
  | { readonly type: 'refused'; readonly code: string }
  | { readonly type: 'failed' };

export interface Socket {
  readonly first: Promise<Connected>;
  stop(): Promise<void>;
}

/** Slack's first word on a connection comes at once. */
const HELLO_MS = 10_000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
/** docs.slack.dev/reference/methods/apps.connections.open: nothing that passes by itself. */
const REFUSED = new Set([
  'invalid_auth',
  'not_authed',
  'account_inactive',
  'token_revoked',
  'token_expired',
  'not_allowed_token_type',
  'missing_scope',
  'team_disabled',
  'user_removed_from_team',
  'forbidden_team',
]);

/** Holds a connection until it is stopped: Slack ends each after some hours, and says so before. */
export function runSocket(client: Client, log: Log): Socket {
  const stopping = new AbortController();
  let tell: (how: Connected) => void = () => {};
  const first = new Promise<Connected>((resolve) => {
    tell = resolve;
  });
  const running = (async () => {
    for (let failures = 0; !stopping.signal.aborted; failures += 1) {
      const ended = new Promise<void>((resolve) => client.once('disconnected', () => resolve()));
      try {
        await connect(client);
        failures = -1;
        tell({ type: 'connected' });
        await ended;
        continue;
      } catch (error) {
        const code = codeOf(error);
        if (code !== null && REFUSED.has(code)) {
          tell({ type: 'refused', code });
          log.error('Slack refuses SLACK_APP_TOKEN and is off until the service starts anew', { code });
          return;
        }
        tell({ type: 'failed' });
        if (!stopping.signal.aborted)
          log.warn('Slack cannot be reached over Socket Mode; it is tried again', { error });
      }
      const pause =
        Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.max(0, failures)) * (0.5 + Math.random());
      await sleep(pause, undefined, { signal: stopping.signal }).catch(() => {});
    }
  })();
  return {
    first,
    stop: async () => {
      stopping.abort();
      tell({ type: 'failed' });
      await client.disconnect().catch(() => {});
      await running;
    },
  };
}

async function connect(client: Client): Promise<void> {
  const late = new AbortController();
  const timeout = sleep(HELLO_MS, undefined, { signal: late.signal }).then(
    () => {
      void client.disconnect();
      throw new Error('Slack did not say hello in time');
    },
    () => {},
  );
  try {
    await Promise.race([client.start(), timeout.then(() => new Promise<never>(() => {}))]);
  } finally {
    late.abort();
  }
}
