import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Card } from '../../../src/bot/card.js';
import type { Answer, ChatRequest, DrawChart, Inbound, StartedPlatform } from '../../../src/bot/platform.js';
import { startTeams } from '../../../src/bot/teams/platform.js';
import type { TeamsSettings } from '../../../src/bot/teams/settings.js';
import {
  FAKE_APP_ID,
  FAKE_SECRET,
  FAKE_TENANT,
  type FakeTeams,
  startFakeTeams,
} from '../../fakes/teams/server.js';
import { dig } from '../../fakes/teams/json.js';
import type { FakeMessage } from '../../fakes/teams/state.js';
import { SILENT } from '../../support/context.js';

/** Teams with an inbound that remembers what it took, and answers nothing by itself. */
export interface Harness {
  readonly fake: FakeTeams;
  readonly platform: StartedPlatform;
  readonly taken: ChatRequest[];
  readonly kept: string[];
  /** Makes the next take throw. */
  failNext(): void;
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

export function answer(given: Partial<Answer> = {}): Answer {
  return { card: card(), audience: 'asker', file: null, share: null, askedBy: null, ...given };
}

export async function startHarness(
  options: { settings?: Partial<TeamsSettings>; draw?: DrawChart } = {},
): Promise<Harness> {
  // Its rate limits have tests of their own; here a conversation is spoken to often.
  let clock = 0;
  const fake = await startFakeTeams({ now: () => (clock += 3_600_000) });
  const taken: ChatRequest[] = [];
  const kept: string[] = [];
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
    complete: () => Promise.resolve([]),
    home: () => Promise.resolve(card()),
    welcome: () => Promise.resolve(card({ title: 'Welcome', buttons: [{ label: 'Help', command: 'help' }] })),
  };
  const platform = await startTeams(
    { ...settingsFor(fake), ...options.settings },
    {
      inbound,
      draw: options.draw ?? (() => Promise.resolve(null)),
      commands: [],
      log: SILENT,
      now: () => new Date(),
    },
  );
  const [mount] = platform.mounts;
  const server = createServer(mount?.handle);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  fake.connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}${mount?.path ?? ''}`);
  return {
    fake,
    platform,
    taken,
    kept,
    failNext: () => {
      fails += 1;
    },
    stop: async () => {
      await platform.stop(5_000);
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      await fake.stop();
    },
  };
}

export function settingsFor(fake: FakeTeams): TeamsSettings {
  return {
    appId: FAKE_APP_ID,
    password: FAKE_SECRET,
    tenantId: FAKE_TENANT,
    openIdUrl: fake.openIdUrl,
    authority: fake.authority,
    serviceUrls: [fake.serviceUrl],
    fileHosts: [fake.fileHost],
    targeted: false,
  };
}

/** All text of a card, in order. */
export function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.map(textOf).join('\n');
  if (typeof value !== 'object' || value === null) return '';
  const own = 'text' in value && typeof value.text === 'string' ? value.text : '';
  return [own, ...Object.values(value).map(textOf)].filter(Boolean).join('\n');
}

/** The card of a message. */
export function contentOf(message: FakeMessage | undefined): unknown {
  return dig(message?.activity, 'attachments', 0, 'content');
}
