import { type Heard, startListener } from '../http-listener.js';

/** What the receiver does with the next request. */
export type Behaviour =
  | {
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
    }
  /** Never answers. */
  | 'silent'
  /** Takes it, and cuts the connection before it says so. */
  | 'cut'
  /** Answers, and goes on with its body for ever. */
  | 'endless';

export interface FakeWebhook {
  readonly host: string;
  readonly url: string;
  readonly heard: Heard[];
  /** For the next requests, one each; afterwards everything is taken with 204. */
  readonly next: Behaviour[];
  stop(): Promise<void>;
}

/** Somebody's receiver of webhooks on loopback. */
export async function startFakeWebhook(): Promise<FakeWebhook> {
  const heard: Heard[] = [];
  const next: Behaviour[] = [];
  const listener = await startListener((request, response) => {
    heard.push(request);
    const behaviour = next.shift() ?? { status: 204 };
    if (behaviour === 'silent') return;
    if (behaviour === 'cut') {
      response.destroy();
      return;
    }
    if (behaviour === 'endless') {
      response.writeHead(200);
      const more = () => {
        while (!response.destroyed && response.write('x'.repeat(64 * 1_024)));
      };
      response.on('drain', more);
      more();
      return;
    }
    response.writeHead(behaviour.status, behaviour.headers).end(behaviour.body);
  });
  return {
    host: listener.host,
    url: `http://${listener.host}/alerts`,
    heard,
    next,
    stop: () => listener.stop(),
  };
}
