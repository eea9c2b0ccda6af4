import type { WhyLine, WhyResult } from '../../core/operations/alert/why.js';
import type { Card } from '../card.js';
import { counted, moment, type Moment } from '../figures.js';
import { shortened, titleOf } from './alert-words.js';

const LONGEST = 400;
const LINES = 20;

/** Of each channel what was sent about an alert, when, and why not. */
export function whyCard({ alert, toldWith, channels, log }: WhyResult, _input: unknown, now: Moment): Card {
  const lines = log.slice(-LINES);
  return {
    title: `Why: ${titleOf(alert)}`,
    tone: 'neutral',
    verdict:
      channels.length === 0
        ? 'Nobody is told of alerts: there is no channel yet.'
        : `${counted(channels.length, 'channel')}${toldWith === null ? '' : `; it is told on the card of alert ${toldWith}, which this is about`}.`,
    parts: [
      {
        type: 'facts',
        facts: channels.map(({ channel, kind, says }) => ({
          name: `${channel} (${kind})`,
          value: shortened(says, LONGEST),
        })),
      },
      ...(lines.length === 0
        ? []
        : [
            {
              type: 'table' as const,
              title: 'What was sent',
              columns: ['When', 'Channel', 'What'].map((name) => ({ name, align: 'left' as const })),
              rows: lines.map((line) => [
                moment(line.at, now),
                line.channel,
                shortened(lineText(line), LONGEST),
              ]),
              more: lines.length < log.length ? 'Earlier lines are left out.' : null,
            },
          ]),
    ],
    advice: channels.length === 0 ? 'Ask channel-add in the channel that shall be told.' : null,
    buttons: [
      { label: 'Details', command: `alert ${alert.id}` },
      { label: 'Suppressions', command: 'suppressions' },
      { label: 'Channels', command: 'channels' },
    ],
    form: null,
    footer: null,
  };
}

function lineText({ what, version, code, detail }: WhyLine): string {
  const why = [code, detail].filter((one) => one !== null).join(': ');
  return `${what} (version ${version})${why === '' ? '' : `, ${why}`}`;
}
