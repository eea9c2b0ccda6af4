import type { Card } from '../card.js';
import type { Press } from '../press.js';
import type { Outgoing } from './connector.js';
import { plain } from './elements.js';
import { renderCard, type Rendered } from './render.js';

/** What the platform itself says, beside the cards of answers. */

const ADAPTIVE = 'application/vnd.microsoft.card.adaptive';
const LONGEST_NAME = 100;

/** A message with a card. */
export function messageOf({ content, summary }: Pick<Rendered, 'content' | 'summary'>): Outgoing {
  return { type: 'message', summary, attachments: [{ contentType: ADAPTIVE, content }] };
}

/** One line. */
export function noteCard(text: string): Rendered {
  return renderCard({ ...EMPTY, title: 'dmarc-ops', verdict: text });
}

/** Says in a channel that an answer is for one person alone, whom the bot cannot reach; with nothing of the answer. */
export function addHereCard(personName: string, share: Press | null): Rendered {
  return renderCard(
    {
      ...EMPTY,
      title: 'The answer is for you alone',
      tone: 'warning',
      verdict: `${plain(personName, LONGEST_NAME)}: there is no personal chat between us, so the answer was not sent.`,
      advice: `Add this app for yourself (Apps → this app → Add) and ask again${share === null ? '' : ', or show the answer to all here'}.`,
    },
    { share, audience: 'channel' },
  );
}

/** Stands in the place of a card whose button was pressed, until the answer does. */
export function workingCard(text: string): Rendered {
  return renderCard({ ...EMPTY, title: 'Working on it …', verdict: text });
}

const EMPTY: Omit<Card, 'title' | 'verdict'> = {
  tone: 'neutral',
  parts: [],
  advice: null,
  buttons: [],
  form: null,
  footer: null,
};
