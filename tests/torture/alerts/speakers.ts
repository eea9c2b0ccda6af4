import type { ChannelSpeaker } from '../../../src/bot/delivery/speakers.js';
import type { ChannelKind } from '../../../src/core/operations/delivery/work.js';
import { Gone, TryLater, type Destination, type Post, type Speaker } from '../../../src/bot/platform.js';
import type { Answered, Call } from './platform.js';

/** Longer than any answer is held back. */
const ANSWER_WITHIN_MS = 10_000;

/** Speaks to the simulated platforms, with what each real one offers against messages that come twice. */
export function simulatedSpeakers(url: string, life: string): ReadonlyMap<ChannelKind, ChannelSpeaker> {
  const chat = (kind: 'slack' | 'teams' | 'discord'): ChannelSpeaker => ({
    edits: true,
    speaker: chatSpeaker(url, life, kind),
  });
  return new Map<ChannelKind, ChannelSpeaker>([
    ['slack', chat('slack')],
    ['teams', chat('teams')],
    ['discord', chat('discord')],
    [
      'webhook',
      {
        edits: false,
        speaker: {
          edits: false,
          post: async ({ destination }, { key, card }) => {
            const channel = channelOf(destination);
            await call(url, { do: 'say', channel, key, thread: null, card, nonce: false, life });
            return { key };
          },
        },
      },
    ],
  ]);
}

/** Slack finds messages by their metadata, Discord drops what has the same nonce, Teams has nothing. */
function chatSpeaker(url: string, life: string, kind: 'slack' | 'teams' | 'discord'): Speaker {
  const say = async (to: Destination, thread: string | null, { key, card }: Post, perhapsThere: boolean) => {
    const channel = channelOf(to);
    if (perhapsThere && kind !== 'teams') {
      const { id } = await call(url, { do: 'find', channel, key, thread });
      if (typeof id === 'string') return { id };
    }
    const nonce = kind === 'discord';
    const { id } = await call(url, { do: 'say', channel, key, thread, card, nonce, life });
    return { id };
  };
  return {
    post: (to, post, perhapsThere) => say(to, null, post, perhapsThere),
    update: async (to, ref, { card }) => {
      await call(url, { do: 'edit', channel: channelOf(to), id: String(ref['id']), card });
    },
    reply: async (to, ref, post, perhapsThere) => {
      await say(to, String(ref['id']), post, perhapsThere);
    },
  };
}

function channelOf(to: Destination): string {
  return String(to['channel']);
}

async function call(url: string, what: Call): Promise<Answered> {
  const response = await fetch(url, {
    method: 'POST',
    body: JSON.stringify(what),
    signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
  });
  if (response.status >= 500) throw new Error(`the platform said ${response.status}`);
  const given = (await response.json()) as Answered;
  if (given.gone !== undefined) throw new Gone(given.gone, `The ${given.gone} is not there any more.`);
  if (given.afterMs !== undefined) throw new TryLater(given.afterMs, given.scope ?? 'channel');
  return given;
}
