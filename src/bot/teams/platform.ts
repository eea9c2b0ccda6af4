import { type PlatformOptions, ReplyGone, type StartedPlatform } from '../platform.js';
import { isAllowedService } from './allowed.js';
import { cloudAdapter } from './adapter.js';
import { connector } from './connector.js';
import { fileConsents } from './consent.js';
import { deliver, type Delivery, personalChats, shownCards } from './deliver.js';
import { translated } from './errors.js';
import { gate } from './gate.js';
import { teamsInbound } from './inbound.js';
import { teamsListener } from './mount.js';
import { readReply } from './reply.js';
import type { TeamsSettings } from './settings.js';
import { teamsSpeaker } from './speak.js';
import { CredentialsRefused, type TokenSource, tokenSource } from './token.js';

/** Where the Bot Connector sends what people say; the messaging endpoint of the bot's registration. */
export const TEAMS_PATH = '/teams/messages';

/** Microsoft Teams. Wrong credentials do not throw: the line says what to do about them. */
export async function startTeams(
  settings: TeamsSettings,
  options: PlatformOptions,
): Promise<StartedPlatform> {
  const { inbound, draw, log, now } = options;
  const tokens = tokenSource(settings, now);
  const line = await lineOf(tokens);
  const calls = connector(tokens);
  const consents = fileConsents(settings.fileHosts);
  const shown = shownCards();
  const work = underWay(log);
  const parts = { settings, inbound, connector: calls, consents, shown, log, now, later: work.later };
  const delivery: Delivery = {
    connector: calls,
    inbound,
    draw,
    consents,
    shown,
    chats: personalChats(),
    targeted: settings.targeted,
    log,
  };
  const handle = teamsListener({
    gate: gate(settings),
    adapter: cloudAdapter(settings, tokens),
    serviceUrls: settings.serviceUrls,
    log,
    take: teamsInbound(parts),
  });
  return {
    name: 'teams',
    line,
    mounts: [{ path: TEAMS_PATH, handle }],
    speaker: teamsSpeaker({
      connector: connector(tokens, (attempt) => attempt()),
      inbound,
      draw,
      settings,
      log,
    }),
    answer: async (handleOfReply, answer) => {
      const reply = readReply(handleOfReply);
      if (!isAllowedService(reply.serviceUrl, settings.serviceUrls))
        throw new ReplyGone('TEAMS_SERVICE_URLS no longer allows where this is to be answered.');
      try {
        await deliver(delivery, reply, answer);
      } catch (error) {
        throw translated(error);
      }
    },
    stop: work.end,
  };
}

async function lineOf(tokens: TokenSource): Promise<string> {
  try {
    await tokens.token();
    return `on: messages come in at ${TEAMS_PATH}`;
  } catch (error) {
    if (error instanceof CredentialsRefused) return `no answers: ${error.message}`;
    return `on: messages come in at ${TEAMS_PATH}; Microsoft could not be reached yet to get a token`;
  }
}

interface UnderWay {
  readonly later: (what: string, work: () => Promise<void>) => void;
  /** Waits for what is under way, at most so long. */
  readonly end: (withinMs: number) => Promise<void>;
}

function underWay(log: PlatformOptions['log']): UnderWay {
  const running = new Set<Promise<void>>();
  return {
    later: (what, work) => {
      const one = work()
        .catch((error: unknown) => log.warn(`Teams was not sent ${what}`, { error }))
        .finally(() => running.delete(one));
      running.add(one);
    },
    end: async (withinMs) => {
      let timer: NodeJS.Timeout | undefined;
      const enough = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, withinMs);
      });
      await Promise.race([Promise.allSettled(running), enough]);
      clearTimeout(timer);
    },
  };
}
