import { AsyncLocalStorage } from 'node:async_hooks';
import type { App, ReceiverEvent } from '@slack/bolt';
import type { Inbound } from '../platform.js';

/** Somebody sent a request once more that Slack signed and sent before. */
export class Replayed extends Error {
  override readonly name = 'Replayed';
}

/** What is noted of the request that is being heard. */
const heard = new AsyncLocalStorage<{ again: boolean }>();

/** Notes whether what is taken was taken before. */
export function noticing(inbound: Inbound): Inbound {
  return {
    ...inbound,
    take: async (request) => {
      const taken = await inbound.take(request);
      const now = heard.getStore();
      if (now !== undefined) now.again = taken === 'again';
      return taken;
    },
  };
}

/**
 * Hears a request over HTTP. Throws Replayed, and has told nobody, where the request was taken before and it is not
 * Slack that sends it again: it does so with events alone, whose deliveries it counts in a header.
 * https://docs.slack.dev/apis/events-api/#retries
 */
export async function hearOnce(
  app: Pick<App, 'processEvent'>,
  { ack, ...event }: ReceiverEvent,
): Promise<void> {
  const now = { again: false };
  const isRefused = (): boolean =>
    now.again && (event.retryNum === undefined || event.body['event'] === undefined);
  await heard.run(now, () =>
    app.processEvent({ ...event, ack: (response) => (isRefused() ? Promise.resolve() : ack(response)) }),
  );
  if (isRefused()) throw new Replayed('a request of Slack was sent once more');
}
