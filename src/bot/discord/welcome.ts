import type { Log } from '../../core/ingest/context.js';
import type { Inbound } from '../platform.js';
import type { DiscordApi } from './api.js';
import { insist, meaningOf } from './errors.js';
import type { Server } from './interaction.js';
import { renderCard } from './render.js';

/** Channels that are tried: a server may let the bot write in none. */
const MOST_CHANNELS = 5;
const WITHIN_MS = 20_000;

export interface Welcome {
  /** The servers that the bot is in when it connects: they were greeted before, or will not be. */
  knows(servers: readonly string[]): void;
  /** Says hello in a server that the bot was just added to; does nothing in the others. Never throws. */
  greet(server: Server): Promise<void>;
}

export function createWelcome(with_: {
  readonly api: DiscordApi;
  readonly inbound: Inbound;
  readonly log: Log;
}): Welcome {
  const known = new Set<string>();
  return {
    knows: (servers) => {
      for (const server of servers) known.add(server);
    },
    greet: async (server) => {
      // Discord tells of every server after each connection.
      if (known.has(server.id)) return;
      known.add(server.id);
      try {
        await say(with_, server);
      } catch (error) {
        with_.log.warn('the welcome could not be said in Discord', { server: server.id, error });
      }
    },
  };
}

async function say(
  { api, inbound }: { readonly api: DiscordApi; readonly inbound: Inbound },
  server: Server,
): Promise<void> {
  for (const channel of server.channels.slice(0, MOST_CHANNELS)) {
    const place = { platform: 'discord' as const, workspace: server.id, channel };
    const card = await inbound.welcome(place);
    const rendered = renderCard({ card, pictures: new Map(), share: null, file: null, askedBy: null });
    if (rendered.keep.length > 0) await inbound.keep(place, rendered.keep);
    try {
      await insist(WITHIN_MS, () => api.post(channel, rendered, server.id));
      return;
    } catch (error) {
      if (meaningOf(error).type !== 'barred') throw error;
    }
  }
}
