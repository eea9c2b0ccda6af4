import type { Card } from '../card.js';

/** How an answer is shown to others; `alone` where there are none. */
export function shareCard({ alone }: { readonly alone: boolean }): Card {
  if (alone)
    return {
      title: 'Share',
      tone: 'neutral',
      verdict: 'Whoever sees this terminal sees every answer: there is nobody else to share with.',
      parts: [],
      advice: null,
      buttons: [],
      form: null,
      footer: null,
    };
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
    advice: 'Without it only you see what you asked.',
    buttons: [],
    form: null,
    footer: null,
  };
}
