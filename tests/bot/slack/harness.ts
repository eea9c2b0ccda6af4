import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Card, Chart } from '../../../src/bot/card.js';
import type {
  Answer,
  ChatRequest,
  DrawChart,
  Inbound,
  PlatformOptions,
  StartedPlatform,
} from '../../../src/bot/platform.js';
import { COMMANDS } from '../../../src/bot/registry.js';
import { startSlack } from '../../../src/bot/slack/platform.js';
import type { SlackSettings } from '../../../src/bot/slack/settings.js';
import { type FakeSlack, startFakeSlack } from '../../fakes/slack/server.js';
import { SILENT } from '../../support/context.js';

/** Slack with an inbound that remembers what it took, and answers nothing by itself. */
export interface Harness {
  readonly fake: FakeSlack;
  readonly platform: StartedPlatform;
  readonly taken: ChatRequest[];
  readonly kept: string[];
  readonly completed: string[];
  /** Makes the next take throw. */
  readonly failNext: () => void;
  /** Answers the last request. */
  readonly answer: (given?: Partial<Answer>) => Promise<void>;
  stop(): Promise<void>;
}

export function card(given: Partial<Card> = {}): Card {
  return {
    title: 'Summary of example.com',
    tone: 'good',
    verdict: '98.2 % of 41,310 messages pass.',
    parts: [],
    advice: null,
    buttons: [{ label: '90 days', command: 'summary example.com 90d' }],
    form: null,
    footer: null,
    ...given,
  };
}

export const CHART: Chart = {
  type: 'chart',
  shape: 'bars',
  title: 'Top sources',
  alt: '198.51.100.1 sent most: 1,377 messages.',
  bars: [
    { name: '198.51.100.1', tone: 'good', value: 1_377 },
    { name: '198.51.100.2', tone: 'bad', value: 17 },
  ],
  unit: 'messages',
};

export function picture(key = 'k1') {
  return { png: Buffer.from('\u0089PNG picture'), width: 720, height: 400, key };
}

export function answerOf(given: Partial<Answer> = {}): Answer {
  return { card: card(), audience: 'asker', file: null, share: null, askedBy: null, ...given };
}

export interface HarnessOptions {
  readonly way?: 'http' | 'socket';
  readonly settings?: Partial<SlackSettings>;
  readonly draw?: DrawChart;
  readonly now?: () => Date;
  readonly fake?: FakeSlack;
  readonly home?: Card;
  readonly log?: PlatformOptions['log'];
}

export async function startHarness(options: HarnessOptions = {}): Promise<Harness> {
  const way = options.way ?? 'http';
  const fake = options.fake ?? (await startFakeSlack());
  const taken: ChatRequest[] = [];
  const kept: string[] = [];
  const completed: string[] = [];
  let fails = 0;
  const inbound: Inbound = {
    take: (request) => {
      if (fails > 0) {
        fails -= 1;
        return Promise.reject(new Error('the database is gone'));
      }
      const isNew = !taken.some(({ id }) => id === request.id);
      if (isNew) taken.push(request);
      return Promise.resolve(isNew ? 'taken' : 'again');
    },
    keep: (_place, commands) => {
      kept.push(...commands);
      return Promise.resolve();
    },
    complete: (_asker, field, typed) => {
      completed.push(`${field} ${typed}`);
      return Promise.resolve(['example.com', 'example.org', `${'a'.repeat(80)}.example`]);
    },
    home: () => Promise.resolve(options.home ?? card({ title: 'Your domains' })),
    welcome: () => Promise.resolve(card({ title: 'Welcome', buttons: [{ label: 'Help', command: 'help' }] })),
  };
  const { state } = fake;
  const platform = await startSlack(
    {
      botToken: state.botToken,
      appToken: way === 'socket' ? state.appToken : null,
      signingSecret: way === 'http' ? state.signingSecret : null,
      apiUrl: fake.apiUrl,
      ...options.settings,
    },
    {
      inbound,
      draw: options.draw ?? (() => Promise.resolve(null)),
      commands: COMMANDS,
      log: options.log ?? SILENT,
      now: options.now ?? (() => new Date()),
    },
  );
  const server = createServer((request, response) => {
    const mount: RequestListener | undefined = platform.mounts.find(
      ({ path }) => request.url === path,
    )?.handle;
    if (mount === undefined) response.writeHead(404).end();
    else mount(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  if (way === 'http') fake.connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}/slack/events`);
  return {
    fake,
    platform,
    taken,
    kept,
    completed,
    failNext: () => {
      fails += 1;
    },
    answer: (given) => {
      const request = taken.at(-1);
      if (request === undefined) throw new Error('nothing was asked');
      // As it comes back from the database.
      const reply = JSON.parse(JSON.stringify(request.reply)) as typeof request.reply;
      return platform.answer(reply, answerOf({ audience: request.audience, ...given }));
    },
    stop: async () => {
      await platform.stop(2_000);
      server.closeAllConnections();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      if (options.fake === undefined) await fake.stop();
    },
  };
}
