import type { LazyVerb } from './verb.js';

/** The verbs that stand for themselves, in the order of help. Operations become verbs without being named here. */
export const VERBS: readonly LazyVerb[] = [
  {
    name: 'parse',
    summary: 'Read reports and print what is in them; no database needed',
    load: async () => (await import('./parse/verb.js')).parse,
  },
  {
    name: 'generate',
    summary: 'Make sample reports from a scenario, and the figures a right store shows for them',
    load: async () => (await import('./generate.js')).generate,
  },
  {
    name: 'chat',
    summary: 'Ask in a terminal chat, with the commands of the chat platforms',
    load: async () => (await import('./chat.js')).chat,
  },
  {
    name: 'demo',
    summary: 'Try everything on six months of sample reports, in a database that is thrown away',
    load: async () => (await import('./demo.js')).demo,
  },
];
