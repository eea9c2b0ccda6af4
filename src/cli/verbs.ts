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
];
