import type { Card } from '../card.js';
import type { About } from '../commands/about.js';

/** Name, version and licence. */
export function aboutCard(about: About): Card {
  return {
    title: `${about.name} ${about.version}`,
    tone: 'neutral',
    verdict: about.description,
    parts: [
      {
        type: 'facts',
        facts: [
          { name: 'Licence', value: about.license },
          { name: 'Runs on', value: `Node.js ${about.node}` },
        ],
      },
    ],
    advice: null,
    buttons: [
      { label: 'Help', command: 'help' },
      { label: 'Status', command: 'status' },
    ],
    form: null,
    footer: null,
  };
}
