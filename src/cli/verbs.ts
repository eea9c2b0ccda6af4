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
    name: 'rules score',
    summary: 'Score alert rules on a scenario whose events are known; no database needed',
    load: async () => (await import('./score.js')).score,
  },
  {
    name: 'chat',
    summary: 'Ask in a terminal chat, with the commands of the chat platforms',
    load: async () => (await import('./chat.js')).chat,
  },
  {
    name: 'user set-password',
    summary: 'Set the password of a user, asked for or read from standard input',
    load: async () => (await import('./set-password.js')).setPassword,
  },
  {
    name: 'demo',
    summary: 'Try everything on six months of sample reports, in a database that is thrown away',
    load: async () => (await import('./demo.js')).demo,
  },
  {
    name: 'serve',
    summary: 'Run the part of the service that takes reports in and answers, and leave reading to `work`',
    load: async () => (await import('./service.js')).serve,
  },
  {
    name: 'work',
    summary: 'Run the part of the service that reads what came in, and what is done by the clock',
    load: async () => (await import('./service.js')).work,
  },
];
