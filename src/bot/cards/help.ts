import { ask } from '../ask.js';
import type { Card } from '../card.js';
import type { Help, HelpEntry } from '../commands/help.js';

const FIRST_QUESTIONS = ['summary', 'domains', 'problems', 'status'] as const;

/** All commands on one page, or all about one. */
export function helpCard(help: Help): Card {
  return help.about === null ? listCard(help.all) : entryCard(help.about);
}

function listCard(all: readonly HelpEntry[]): Card {
  return {
    title: 'Help',
    tone: 'neutral',
    verdict: 'A domain alone is enough: example.com asks for its summary of the last 30 days.',
    parts: [
      { type: 'facts', facts: all.map((entry) => ({ name: entry.name, value: entry.summary })) },
      {
        type: 'facts',
        facts: [
          { name: 'Periods', value: '7d, 12w, 6m, yesterday, last week, 2026-01, 2026-01-05..2026-02-10' },
          { name: 'Options', value: 'name:value, such as dkim:fail or reporter:"Example Mail"' },
          {
            name: 'Choices',
            value: 'Answers end with further questions: press one, or type its number in a terminal.',
          },
        ],
      },
    ],
    advice: 'help and a name tells more, such as help sources.',
    buttons: FIRST_QUESTIONS.filter((name) => all.some((entry) => entry.name === name)).map((name) => ({
      label: `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`,
      command: name,
    })),
    form: null,
    footer: null,
  };
}

function entryCard(entry: HelpEntry): Card {
  const words = entry.words.map((word) => ` [${word}]`).join('');
  const period = entry.options.includes('from');
  const options = entry.options.filter((name) => !['from', 'to', 'days'].includes(name));
  return {
    title: `Help: ${entry.name}`,
    tone: 'neutral',
    verdict: `${entry.summary}.`,
    parts: [
      {
        type: 'facts',
        facts: [
          { name: 'Write', value: `${entry.name}${words}${period ? ' [period]' : ''}` },
          ...(options.length > 0
            ? [{ name: 'Options', value: options.map((name) => `${name}:…`).join('  ') }]
            : []),
          ...entry.examples.map((example, at) => ({ name: at === 0 ? 'Examples' : '', value: example })),
          ...(entry.aliases.length > 0 ? [{ name: 'Also', value: entry.aliases.join(', ') }] : []),
          ...(entry.role === 'viewer' ? [] : [{ name: 'Who', value: `needs the role ${entry.role}` }]),
        ],
      },
    ],
    advice: null,
    buttons: [
      ...entry.examples.slice(0, 3).map((example) => ({ label: example, command: example })),
      { label: 'All commands', command: ask('help', []) },
    ],
    form: null,
    footer: null,
  };
}
