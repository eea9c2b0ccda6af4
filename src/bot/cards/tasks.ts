import type {
  DeadLettersResult,
  RedriveResult,
  TaskResult,
  TasksResult,
} from '../../core/operations/tasks.js';
import type { Asked } from '../ask.js';
import { ask } from '../ask.js';
import type { Card, Fact, Tone } from '../card.js';
import { ago, count, counted, moment, type Moment } from '../figures.js';
import { nextButton } from './questions.js';

/** Work that waits for longer than this is stuck, or too much for the workers. */
const LONG_MS = 10 * 60_000;
const QUEUE_NAMES: ReadonlyMap<string, string> = new Map([
  ['read', 'Small documents'],
  ['read-large', 'Large, or tried before'],
]);

/** How much work there is. */
export function tasksCard({ queues, dead }: TasksResult, _input: unknown, now: Moment): Card {
  const sum = (pick: (one: TasksResult['queues'][number]) => number) =>
    queues.reduce((total, one) => total + pick(one), 0);
  const waiting = sum((one) => one.waiting + one.retrying);
  const active = sum((one) => one.active);
  const [oldest] = queues.flatMap((one) => one.oldest ?? []).toSorted();
  const late = oldest !== undefined && now.getTime() - Date.parse(oldest) > LONG_MS;
  return {
    title: 'Tasks',
    tone: dead > 0 ? 'bad' : late ? 'warning' : 'good',
    verdict: [
      waiting + active === 0
        ? 'No work waits.'
        : `${counted(waiting, 'task')} ${waiting === 1 ? 'waits' : 'wait'}, ${count(active)} under way.`,
      dead > 0
        ? `${counted(dead, 'document')} could not be read and ${dead === 1 ? 'was' : 'were'} given up.`
        : null,
    ]
      .filter((sentence) => sentence !== null)
      .join(' '),
    parts: [
      {
        type: 'table',
        title: null,
        columns: [
          { name: 'Queue', align: 'left' },
          { name: 'Waiting', align: 'right' },
          { name: 'Under way', align: 'right' },
          { name: 'Tried again', align: 'right' },
          { name: 'Oldest', align: 'left' },
        ],
        rows: queues.map((one) => [
          QUEUE_NAMES.get(one.queue) ?? one.queue,
          count(one.waiting),
          count(one.active),
          count(one.retrying),
          one.oldest === null ? '' : ago(one.oldest, now),
        ]),
        more: null,
      },
    ],
    advice:
      dead > 0
        ? 'See why: dead-letters. Then try again: redrive all:yes'
        : late
          ? 'Check that a service runs (npm start or dmarc-ops work), or start more workers.'
          : null,
    buttons: [
      ...(dead > 0 ? [{ label: 'Dead letters', command: 'dead-letters' }] : []),
      { label: 'Status', command: 'status' },
    ],
    form: null,
    footer: `as of ${moment(now.toISOString(), now)}`,
  };
}

const STATES: Readonly<Record<TaskResult['state'], { readonly tone: Tone; readonly sentence: string }>> = {
  waiting: { tone: 'neutral', sentence: 'It waits to be read.' },
  active: { tone: 'neutral', sentence: 'It is being read.' },
  retrying: { tone: 'warning', sentence: 'It could not be stored and is tried again.' },
  done: { tone: 'good', sentence: 'It was read and stored.' },
  dead: { tone: 'bad', sentence: 'It could not be stored and was given up.' },
};

/** What became of one file or mail. */
export function taskCard(result: TaskResult, _input: unknown, now: Moment): Card {
  const { state, documents, failures, unfinished, nextTryAt, removedAt } = result;
  const unreadable = documents.filter((one) => one.outcome === 'unreadable').length;
  const { tone, sentence } = STATES[state];
  const facts: (Fact | null)[] = [
    { name: 'Name', value: result.name, note: `from ${result.source}` },
    { name: 'Came', value: moment(result.receivedAt, now) },
    result.endedAt === null ? null : { name: 'Ended', value: moment(result.endedAt, now) },
    failures === 0 ? null : { name: 'Failures', value: count(failures) },
    unfinished === 0 ? null : { name: 'Begun and never ended', value: count(unfinished) },
    nextTryAt === null ? null : { name: 'Next try', value: moment(nextTryAt, now) },
    result.code === null ? null : { name: result.code, value: result.message ?? '' },
    removedAt === null ? null : { name: 'Bytes', value: `removed by retention, ${moment(removedAt, now)}` },
    ...documents.map((one) => ({
      name: one.kind,
      value: one.reportId === null ? one.outcome : `${one.outcome}: report ${one.reportId}`,
      note: [one.member, one.message].filter((part) => part !== null).join(' · '),
    })),
  ];
  const report = documents.find((one) => one.reportId !== null)?.reportId ?? null;
  return {
    title: `Task ${result.id}`,
    tone: state === 'done' && unreadable > 0 ? 'warning' : tone,
    verdict:
      state === 'done' && unreadable > 0
        ? `${counted(unreadable, 'document')} in it could not be read.`
        : sentence,
    parts: [{ type: 'facts', facts: facts.filter((fact) => fact !== null) }],
    advice: state === 'dead' ? `Try it again: redrive ${result.id}` : null,
    buttons: [
      ...(report === null ? [] : [{ label: `Report ${report}`, command: ask('report', [String(report)]) }]),
      { label: 'Tasks', command: 'tasks' },
    ],
    form: null,
    footer: null,
  };
}

/** What was given up, and why. */
export function deadLettersCard({ total, items, next }: DeadLettersResult, input: Asked, now: Moment): Card {
  const [first] = items;
  return {
    title: 'Dead letters',
    tone: total > 0 ? 'bad' : 'good',
    verdict:
      total === 0 ? 'Nothing was given up.' : `${counted(total, 'document')} could not be read and stored.`,
    parts:
      items.length === 0
        ? []
        : [
            {
              type: 'facts',
              facts: items.map((one) => ({
                name: one.code,
                value: one.message,
                note: [
                  one.name,
                  moment(one.failedAt, now),
                  one.kept ? one.id : `${one.id} (bytes removed)`,
                ].join(' · '),
              })),
            },
          ],
    advice: total > 0 ? 'Once the cause is gone, try all again: redrive all:yes' : null,
    buttons: [
      ...nextButton('dead-letters', [], input, next),
      ...(first === undefined ? [] : [{ label: 'Try the first again', command: ask('redrive', [first.id]) }]),
      { label: 'Tasks', command: 'tasks' },
    ],
    form: null,
    footer: total > 0 ? 'latest first; they are kept until they are read or retention takes them' : null,
  };
}

/** What is tried again. */
export function redriveCard({ redriven }: RedriveResult): Card {
  return {
    title: 'Redrive',
    tone: redriven > 0 ? 'good' : 'neutral',
    verdict:
      redriven === 0
        ? 'There is no dead letter to try again.'
        : `${counted(redriven, 'document')} will be read again.`,
    parts: [],
    advice: null,
    buttons: [
      { label: 'Tasks', command: 'tasks' },
      { label: 'Dead letters', command: 'dead-letters' },
    ],
    form: null,
    footer: null,
  };
}
