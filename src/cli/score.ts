import { scoreOf, type Score } from '../core/alert/score/score.js';
import { scoreRows, totalsOf, troubleLines } from '../core/alert/score/page.js';
import { walk } from '../core/alert/score/walk.js';
import { createSpool } from '../core/intake/spool.js';
import { type OptionTable, readArguments } from './arguments.js';
import { EXIT, UsageError } from './failure.js';
import { loadScenario } from './generate.js';
import { print } from './output.js';
import type { Verb } from './verb.js';

const NAME = 'rules score';
const OPTIONS: OptionTable = {
  scenario: { value: 'FILE|NAME', summary: 'A scenario file, or the name of one that comes along' },
  seed: { value: 'N', summary: 'One seed, or some with commas between: 1,2,3; 1 when not given' },
  json: { value: null, summary: 'Print the scores as JSON' },
};

/** `dmarc-ops rules score`: needs no database. */
export const score: Verb = {
  help: {
    usage: `${NAME} --scenario FILE|NAME [--seed N[,N]…] [--json]`,
    options: OPTIONS,
    details: [
      'Generates the reports of a scenario, has all rules look at them day by day as they come in, and compares the',
      'alerts with the events of the scenario. Exit code 1 where a rule finds less than 95 of 100 events above its',
      'thresholds, or is wrong more than once in a quarter of a domain.',
    ],
    examples: [`${NAME} --scenario alerts --seed 1,2,3`, `${NAME} --scenario mine.yaml --json`],
  },
  run: async (words, io) => {
    const args = readArguments(NAME, OPTIONS, words);
    if (args.words[0] !== undefined)
      throw new UsageError(`${NAME} takes options only, not "${args.words[0]}".`);
    const wanted = args.values.get('scenario');
    if (wanted === undefined) throw new UsageError(`${NAME} needs --scenario. See: dmarc-ops help ${NAME}`);
    const scenario = await loadScenario(wanted);
    const scores: Score[] = [];
    for (const seed of seedsOf(args.values.get('seed'))) {
      const { alerts, truth } = await walk(scenario, seed, createSpool());
      scores.push(scoreOf(scenario, truth, alerts));
    }
    const totals = totalsOf(scores);
    await print(
      io.output,
      args.switches.has('json')
        ? `${JSON.stringify({ totals, scores }, null, 2)}\n`
        : `${aligned(scoreRows(totals))}\n${troubleLines(scores).join('\n')}\n`,
    );
    return totals.every(({ isKept }) => isKept) ? EXIT.ok : EXIT.trouble;
  },
};

function seedsOf(text = '1'): number[] {
  const seeds = text.split(',').map(Number);
  if (/^\d+(,\d+)*$/u.test(text) && seeds.every(Number.isSafeInteger)) return seeds;
  throw new UsageError(`--seed needs whole numbers with commas between, not "${text}".`);
}

function aligned(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0)))
        .join('  '),
    )
    .join('\n');
}
