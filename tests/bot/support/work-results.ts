import type { Help, HelpEntry } from '../../../src/bot/commands/help.js';
import type { RetentionResult } from '../../../src/core/operations/retention.js';
import type {
  DeadLettersResult,
  RedriveResult,
  TaskResult,
  TasksResult,
} from '../../../src/core/operations/tasks.js';
import { type Invented, TODAY } from './results.js';

const AT = `${TODAY}T09:30:00.000Z`;
const ID = '0199f3a4-5b6c-7d8e-9f00-112233445566';

/** Invented answers about the work behind the questions, and about the program itself. */
export function workAnswers({ size, name, messages }: Invented) {
  const few = Array.from({ length: Math.min(size, 100) }, (_, at) => at);
  const tasks: TasksResult = {
    queues: few.slice(0, 10).map((at) => ({
      queue: name(at),
      waiting: messages,
      active: at,
      retrying: at % 2,
      oldest: at === 0 ? null : AT,
    })),
    dead: size,
  };
  const task: TaskResult = {
    id: ID,
    state: size === 0 ? 'waiting' : 'dead',
    queue: name(0),
    name: name(1),
    source: name(2),
    size: messages,
    receivedAt: AT,
    endedAt: size === 0 ? null : AT,
    failures: size,
    unfinished: size,
    nextTryAt: size === 0 ? null : AT,
    code: size === 0 ? null : name(3),
    message: size === 0 ? null : name(4),
    removedAt: size > 3 ? AT : null,
    documents: few.map((at) => ({
      kind: 'aggregate',
      outcome: at % 2 === 0 ? 'stored' : 'unreadable',
      member: name(at),
      reportId: at % 2 === 0 ? at : null,
      messages,
      problems: at,
      code: name(at),
      message: name(at),
    })),
  };
  const dead: DeadLettersResult = {
    total: size,
    items: few.slice(0, 20).map((at) => ({
      id: ID,
      name: name(at),
      source: name(at),
      size: messages,
      receivedAt: AT,
      failedAt: AT,
      code: name(at),
      message: name(at),
      kept: at % 2 === 0,
    })),
    next: size > 20 ? 'WzEyXQ' : null,
  };
  const redriven: RedriveResult = { redriven: size };
  const retention: RetentionResult = {
    records: size === 0 ? null : 400,
    raw: 90,
    failures: null,
    changedAt: size === 0 ? null : AT,
    changedBy: size === 0 ? null : name(0),
    expiredBefore: size === 0 ? null : '2025-01-01',
  };
  const entry = (at: number): HelpEntry => ({
    name: 'summary',
    aliases: ['sum'],
    summary: name(at + 2),
    role: 'viewer',
    words: few.slice(0, 5).map(name),
    options: few.slice(0, 30).map(name),
    examples: ['summary example.com'],
  });
  const help: Help = { about: size > 3 ? entry(0) : null, all: few.map(entry) };
  return {
    tasks,
    task,
    'dead-letters': dead,
    redrive: redriven,
    retention,
    'retention-set': retention,
    help,
    about: { name: name(0), version: name(1), description: name(2), license: name(3), node: 'v20.0.0' },
  };
}
