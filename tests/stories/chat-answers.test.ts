import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Command } from '../../src/bot/command.js';
import { COMMANDS } from '../../src/bot/registry.js';
import type { ChartResult } from '../../src/core/operations/chart.js';
import type { DomainsResult } from '../../src/core/operations/domains.js';
import type { StatusResult } from '../../src/core/operations/intake.js';
import { perform } from '../../src/core/operations/perform.js';
import type { ReportersResult, ReportResult, ReportsResult } from '../../src/core/operations/reports.js';
import type { TimelineResult } from '../../src/core/operations/series.js';
import type { SourcesResult } from '../../src/core/operations/sources.js';
import type { SummaryResult } from '../../src/core/operations/summary.js';
import { generate } from '../../src/core/sample/generate.js';
import { parseScenario } from '../../src/core/sample/scenario.js';
import { ask, type ChatUser } from '../support/chat/side.js';
import { openTown, type Town } from '../support/chat/town.js';
import { commandLine } from '../support/command-line.js';
import { takeIn } from '../support/samples.js';

const DAYS = 14;
const LAST_DAY = '2026-03-14';
const PERIOD = `2026-03-01..${LAST_DAY}`;
const RANGE = { from: '2026-03-01', to: LAST_DAY };
const OF = { domain: 'example.com', ...RANGE };

interface Question {
  readonly text: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** Figures of the operation's result that every platform has to show. */
  readonly figures: (result: never) => readonly number[];
}

const messages = ({ figures }: { readonly figures: { readonly messages: number } }) => figures.messages;
const chartOf = (kind: string): Question => ({
  text: `chart ${kind} example.com ${PERIOD}`,
  input: { kind, ...OF },
  figures: ({ result }: ChartResult) => [result.figures.messages],
});

const QUESTIONS: readonly Question[] = [
  {
    text: `summary example.com ${PERIOD}`,
    input: OF,
    figures: (result: SummaryResult) => [
      result.figures.messages,
      ...result.topSources.slice(0, 3).map(messages),
    ],
  },
  {
    text: `sources example.com ${PERIOD}`,
    input: OF,
    figures: (result: SourcesResult) => [result.count, ...result.items.map(messages)],
  },
  {
    text: `timeline example.com ${PERIOD}`,
    input: OF,
    figures: (result: TimelineResult) => [result.figures.messages, ...result.series.slice(-7).map(messages)],
  },
  {
    text: `domains ${PERIOD}`,
    input: RANGE,
    figures: (result: DomainsResult) => [result.items.length, ...result.items.map(messages)],
  },
  {
    text: `reporters example.com ${PERIOD}`,
    input: OF,
    figures: (result: ReportersResult) =>
      result.items.flatMap((item) => [item.reports, item.days, item.figures.messages]),
  },
  {
    text: `reports example.com ${PERIOD}`,
    input: OF,
    figures: (result: ReportsResult) => result.items.flatMap(({ messages: count }) => count),
  },
  {
    text: 'report 7',
    input: { report: '7' },
    figures: ({ records, rows }: ReportResult) => [records, ...rows.slice(0, 5).map(({ count }) => count)],
  },
  ...['timeline', 'disposition', 'sources', 'reporters', 'policy'].map(chartOf),
  {
    text: 'status',
    input: {},
    figures: ({ processed, aggregate, merged, domains }: StatusResult) => [
      processed,
      aggregate,
      merged,
      domains.seen,
    ],
  },
  { text: 'intake', input: {}, figures: () => [] },
  { text: `problems example.com ${PERIOD}`, input: OF, figures: () => [] },
  { text: `alignment example.com ${PERIOD}`, input: OF, figures: () => [] },
  { text: `failures example.com ${PERIOD}`, input: OF, figures: () => [] },
];

let town: Town;
let people: ReadonlyMap<string, ChatUser>;
/** What the terminal answered, by question. */
let terminal: ReadonlyMap<string, string>;

beforeAll(async () => {
  town = await openTown();
  const started = town.start();
  const yaml = readFileSync(new URL('../../scenarios/quiet.yaml', import.meta.url), 'utf8');
  const { files } = generate({ ...parseScenario(yaml), days: DAYS }, { seed: 1, endDay: LAST_DAY });
  await takeIn(town.admin, ...Array.from(files, ({ bytes }) => bytes));
  await started;
  people = new Map(
    await Promise.all(
      town.sides.map(async (side) => [side.name, await town.member(side, 'ann', 'analyst')] as const),
    ),
  );
  terminal = await askTerminal(QUESTIONS.map(({ text }) => text));
});
afterAll(() => town.close());

async function askTerminal(texts: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const ended = await commandLine(['chat'], {
    input: `${texts.join('\n')}\nexit\n`,
    environment: { DATABASE_URL: town.system.url },
  });
  expect(ended.errors).toBe('');
  return new Map(
    ended.output
      .split(/^› /mu)
      .slice(1)
      .map((answer) => [answer.slice(0, answer.indexOf('\n')), answer.slice(answer.indexOf('\n'))]),
  );
}

function commandOf({ text }: Question): Command {
  const command = COMMANDS.find(({ name }) => name === text.split(' ')[0]);
  if (command === undefined) throw new Error(`there is no ${text}`);
  return command;
}

/** Numbers as they are read: a part of a longer number is none. */
function numbersIn(text: string): Set<string> {
  return new Set(text.match(/\d+(?:[.,:-]\d+)*/gu));
}

function inOneLine(text: string): string {
  return text.replaceAll('**', '').replaceAll(/\s+/gu, ' ');
}

describe('the same command', () => {
  it.each(QUESTIONS)('has the same figures on all platforms and the terminal: $text', async (question) => {
    const command = commandOf(question);
    const result = await perform(command.operation, town.admin, question.input);
    const { verdict } = command.card(result, question.input, new Date());
    const figures = question.figures(result as never).map((figure) => figure.toLocaleString('en-US'));

    const texts = await Promise.all(
      Array.from(people, async ([name, user]) => [name, (await ask(user, question.text)).text] as const),
    );
    texts.push(['terminal', terminal.get(question.text) ?? '']);

    for (const [name, text] of texts) {
      expect([name, inOneLine(text)]).toEqual([name, expect.stringContaining(inOneLine(verdict))]);
      expect([name, figures.filter((figure) => !numbersIn(text).has(figure))]).toEqual([name, []]);
    }
  });

  it('says to each who they are', async () => {
    for (const [name, user] of people) {
      const { text } = await ask(user, 'whoami');

      expect(text).toContain(`You are ann.${name}@members.example, with the role analyst`);
    }
  });
});
