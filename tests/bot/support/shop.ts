import { z } from 'zod';
import type { Card } from '../../../src/bot/card.js';
import { command } from '../../../src/bot/command.js';
import { ExpectedError } from '../../../src/core/expected-error.js';
import type { Log } from '../../../src/core/ingest/context.js';
import type { Actor, Context } from '../../../src/core/operations/operation.js';
import { operation, OperationError } from '../../../src/core/operations/operation.js';
import { DEFAULT_LIMITS } from '../../../src/core/report/limits.js';

/** Small operations and their commands, so that the chat is tested without a store. */

export const NOW = new Date('2026-03-18T12:00:00Z');

function card(title: string, verdict: string, more: Partial<Card> = {}): Card {
  return {
    title,
    tone: 'good',
    verdict,
    parts: [],
    advice: null,
    buttons: [],
    form: null,
    footer: null,
    ...more,
  };
}

const summary = command({
  name: 'summary',
  aliases: ['sum'],
  operation: operation({
    name: 'summary',
    summary: 'Sum up a domain.',
    role: 'viewer',
    effect: 'reads',
    input: z.strictObject({
      domain: z.string().max(253).optional(),
      source: z.string().optional(),
      from: z.string().optional(),
      to: z.string().optional(),
      days: z.number().int().optional(),
      dkim: z.enum(['pass', 'fail']).optional(),
      limit: z.number().int().max(100).optional(),
    }),
    run: (_context, input) => {
      if (input.domain === 'exmaple.com')
        throw new OperationError('unknown-domain', 'No report speaks of exmaple.com.', ['example.com']);
      if (input.domain === 'gone.example.com')
        throw new ExpectedError('database-gone', 'The database does not answer.');
      if (input.domain === 'broken.example.com') throw new Error('the password is hunter2');
      return Promise.resolve(input);
    },
  }),
  positional: ['domain'],
  examples: ['summary example.com 30d'],
  card: (result) =>
    card('Summary', JSON.stringify(result), {
      buttons: [
        { label: 'Source', command: 'source 192.0.2.1' },
        { label: 'Help', command: 'help' },
      ],
    }),
});

const source = command({
  name: 'source',
  aliases: [],
  operation: operation({
    name: 'source',
    summary: 'Show one source.',
    role: 'viewer',
    effect: 'reads',
    input: z.strictObject({ source: z.string(), domain: z.string().optional() }),
    run: (_context, input) => Promise.resolve(input),
  }),
  positional: ['source', 'domain'],
  examples: ['source 192.0.2.1'],
  card: (result) => card('Source', JSON.stringify(result)),
});

const claim = command({
  name: 'claim',
  aliases: [],
  operation: operation({
    name: 'claim',
    summary: 'Claim a domain.',
    role: 'admin',
    effect: 'changes',
    input: z.strictObject({ domain: z.string() }),
    run: (_context, input) => Promise.resolve(input),
  }),
  positional: ['domain'],
  examples: ['claim example.com'],
  card: (result) => card('Claim', JSON.stringify(result)),
});

const ingest = command({
  name: 'ingest',
  aliases: ['take in'],
  operation: operation({
    name: 'ingest',
    summary: 'Take in files.',
    role: 'admin',
    effect: 'changes',
    local: true,
    input: z.strictObject({ paths: z.array(z.string()).min(1), again: z.boolean().optional() }),
    run: (_context, input) => Promise.resolve(input),
  }),
  positional: ['paths'],
  examples: ['ingest reports/'],
  card: (result) => card('Ingest', JSON.stringify(result)),
});

const help = command({
  name: 'help',
  aliases: [],
  operation: operation({
    name: 'help',
    summary: 'Help.',
    role: 'viewer',
    effect: 'reads',
    input: z.strictObject({ command: z.string().optional() }),
    run: () => Promise.resolve(null),
  }),
  positional: ['command'],
  examples: ['help'],
  card: () => card('Help', 'All commands.'),
});

export const commands = [summary, source, claim, ingest, help];

const auditOnly = {
  run: (sql: string) => {
    if (!sql.startsWith('INSERT INTO audit ')) throw new Error('The chat reached for the database.');
    return Promise.resolve(1);
  },
};

export interface Logged {
  readonly message: string;
  readonly facts: Readonly<Record<string, unknown>> | undefined;
}

/** A context whose database takes lines of the audit alone, and what was logged as an error. */
export function contextFor(role: Actor['role'] = 'admin'): { context: Context; errors: Logged[] } {
  const errors: Logged[] = [];
  const db = new Proxy({} as Context['db'], {
    get: (_target, name) => {
      if (name === 'within') return (_tenant: number, work: (session: unknown) => unknown) => work(auditOnly);
      throw new Error('The chat reached for the database.');
    },
  });
  const log: Log = {
    info: () => {},
    warn: () => {},
    error: (message, facts) => void errors.push({ message, facts }),
    child: () => log,
  };
  const context: Context = {
    tenant: 1,
    actor: { id: 'u1', name: 'Ada', role },
    db,
    now: () => NOW,
    limits: DEFAULT_LIMITS,
    spool: () => Promise.reject(new Error('The chat reached for a file.')),
    claimAtOnce: false,
    keepFailureMail: false,
    log,
  };
  return { context, errors };
}
