import type { RequestListener } from 'node:http';
import type { App, Receiver, ReceiverEvent } from '@slack/bolt';
import { HTTPModuleFunctions, HTTPReceiver, SocketModeReceiver } from '@slack/bolt';
import type { Log } from '../../core/ingest/context.js';
import { sdkLog } from './log.js';
import { hearOnce, Replayed } from './replays.js';

/** Where Slack calls: commands, events and interactivity, all at one address. */
export const SLACK_PATH = '/slack/events';

/** Requests of Slack hold a card of its own at most, and never a file. */
const LARGEST_BODY = 2 ** 18;

export interface Http {
  readonly receiver: Receiver;
  readonly handle: RequestListener;
}

/** Requests over HTTP, whose signatures are always checked. */
export function httpReceiver(signingSecret: string, log: Log): Http {
  const receiver = new HTTPReceiver({
    signingSecret,
    endpoints: [SLACK_PATH],
    logger: sdkLog(log),
    bodyLimit: LARGEST_BODY,
    signatureVerification: true,
    processEventErrorHandler: async (told) => {
      if (!(told.error instanceof Replayed)) return HTTPModuleFunctions.defaultProcessEventErrorHandler(told);
      log.warn('A request of Slack was sent once more, not by Slack, and was refused');
      told.response.writeHead(401).end();
      return Promise.resolve(true);
    },
  });
  return {
    receiver: {
      ...bound(receiver),
      init: (app) => receiver.init(hearingBy(app, (event) => hearOnce(acknowledgedLast(app), event))),
    },
    handle: (request, response) => {
      try {
        receiver.requestListener(request, response);
      } catch {
        // What is no POST to this path.
        response.writeHead(404).end();
      }
    },
  };
}

/** Socket Mode; the connection is held by runSocket. */
export function socketReceiver(
  appToken: string,
  apiUrl: string,
  log: Log,
): { readonly receiver: Receiver; readonly client: SocketModeReceiver['client'] } {
  const receiver = new SocketModeReceiver({
    appToken,
    logger: sdkLog(log),
    // On its own it waits five seconds before it connects anew, and ends the process when that is refused.
    autoReconnectEnabled: false,
    installerOptions: {
      clientOptions: { slackApiUrl: apiUrl, retryConfig: { retries: 0 }, timeout: 10_000 },
    },
  });
  return {
    receiver: { ...bound(receiver), init: (app) => receiver.init(acknowledgedLast(app)) },
    client: receiver.client,
  };
}

function bound(receiver: Receiver): Receiver {
  return {
    init: (app) => receiver.init(app),
    start: (...args) => receiver.start(...args),
    stop: (...args) => receiver.stop(...args),
  };
}

/**
 * The SDK acknowledges events before anybody has heard them. This acknowledges them when they were kept, and not at all
 * when they were not: then Slack sends them again.
 */
function acknowledgedLast(app: App): App {
  const processEvent = async (event: ReceiverEvent): Promise<void> => {
    if (event.body['event'] === undefined) return app.processEvent(event);
    await app.processEvent({ ...event, ack: () => Promise.resolve() });
    await event.ack();
  };
  return hearingBy(app, processEvent);
}

function hearingBy(app: App, processEvent: App['processEvent']): App {
  return new Proxy(app, {
    get: (target, name) => (name === 'processEvent' ? processEvent : (Reflect.get(target, name) as unknown)),
  });
}
