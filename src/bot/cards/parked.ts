import type { ParkedNotice } from '../../core/operations/delivery/park.js';
import type { Card } from '../card.js';
import { moment, type Moment } from '../figures.js';
import { writeWords } from '../words.js';

/** That nothing is sent to a channel any more, told in the others. */
export function parkedCard({ channel, kind, reason, at }: ParkedNotice, now: Moment): Card {
  return {
    title: `Nothing is sent to ${channel}`,
    tone: 'bad',
    verdict: `Alerts and digests for ${channel} (${kind}) wait: ${reason}`,
    parts: [],
    advice: mendingOf(kind, channel),
    buttons: [
      { label: 'Channels', command: 'channels' },
      { label: 'Resume', command: writeWords(['channel-resume', channel], []) },
    ],
    form: null,
    footer: `Since ${moment(at, now)}`,
  };
}

/** What to do about a parked channel. */
export function mendingOf(kind: string, channel: string): string {
  const resume = writeWords(['channel-resume', channel], []);
  if (kind === 'slack' || kind === 'teams' || kind === 'discord')
    return `Let the bot into the channel again and write to it there, or ask: ${resume}`;
  return `Put right what is wrong there and then ask: ${resume}`;
}
