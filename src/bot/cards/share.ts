import type { Card } from '../card.js';

/** How an answer is shown to others. */
export function shareCard(): Card {
  return {
    title: 'Share',
    tone: 'neutral',
    verdict: 'Write share before a command, and the whole channel sees the answer, with your name beside it.',
    parts: [
      {
        type: 'facts',
        facts: [
          { name: 'For example', value: 'share summary example.com 30d' },
          { name: 'Or', value: 'press Show in channel below an answer' },
        ],
      },
    ],
    advice: 'Without it only you see what you asked. In a terminal there is nobody to share with.',
    buttons: [],
    form: null,
    footer: null,
  };
}
