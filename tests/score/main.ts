/**
 * Scores the rules on the scenarios that come along, has them look at a corpus of real reports where there is one, and
 * writes both into docs/benchmarks.md.
 */
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { format, resolveConfig } from 'prettier';
import { loadScenario } from '../../src/cli/generate.js';
import { scoreRows, totalsOf, troubleLines } from '../../src/core/alert/score/page.js';
import { scoreOf, type Score } from '../../src/core/alert/score/score.js';
import { walk } from '../../src/core/alert/score/walk.js';
import { createSpool } from '../../src/core/intake/spool.js';
import { replaceOwn } from '../bench/own-text.js';
import { judgeCorpus, type CorpusFindings } from './corpus.js';

const PAGE = fileURLToPath(new URL('../../docs/benchmarks.md', import.meta.url));
const CORPUS = fileURLToPath(new URL('../../../shared/corpus', import.meta.url));
const SCENARIOS = {
  alerts: [1, 2],
  quiet: [1, 2, 3],
  demo: [1, 2, 3],
  busy: [1],
  weekends: [1, 2],
  forged: [1, 2],
  comings: [1, 2],
};
const QUICK = { quiet: [1], demo: [1] };
/** Of real reports, so many are named. */
const LISTED = 60;

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    corpus: { type: 'string', default: CORPUS },
    check: { type: 'boolean', default: false },
  },
});
const scores: Score[] = [];
for (const [name, seeds] of Object.entries(values.quick ? QUICK : SCENARIOS)) {
  const scenario = await loadScenario(name);
  for (const seed of seeds) {
    process.stderr.write(`… ${name}, seed ${seed}\n`);
    const { alerts, truth } = await walk(scenario, seed, createSpool());
    scores.push(scoreOf(scenario, truth, alerts));
  }
}
const corpus = existsSync(values.corpus) && !values.quick ? await judgeCorpus(values.corpus, today()) : null;
const totals = totalsOf(scores);
const text = [scorePart(), ...(corpus === null ? [] : [corpusPart(corpus)])].join('\n\n');
process.stdout.write(`${text}\n`);
if (!values.quick) {
  const page = replaceOwn(await readFile(PAGE, 'utf8'), 'score', text);
  await writeFile(PAGE, await format(page, { ...(await resolveConfig(PAGE)), parser: 'markdown' }));
}
if (values.check && totals.some(({ isKept }) => !isKept)) process.exitCode = 1;

function today(): string {
  return new Date().toISOString().slice(0, 10);
}

function scorePart(): string {
  const names = [...new Set(scores.map(({ scenario }) => scenario))];
  const runs = names.map((name) => {
    const seeds = scores.filter(({ scenario }) => scenario === name).map(({ seed }) => seed);
    return `\`${name}\` with ${seeds.length === 1 ? 'seed' : 'seeds'} ${seeds.join(', ')}`;
  });
  const quarters = scores.reduce((sum, { domainQuarters }) => sum + domainQuarters, 0);
  const alerts = scores.reduce((sum, one) => sum + one.alerts, 0);
  return `## rules, scored

Written by \`npm run score\` on ${today()}; do not edit by hand. Reports of the scenarios ${runs.join('; ')} are read as they come in, one to three days late; each morning and each evening all rules with their defaults are asked about the day before, and what they find is compared with the events of the scenario. An event counts where it is above the rule's thresholds by a fifth; of failing mail, every stretch of days counts in which so large a part fails. A false alert is one that no event explains. ${alerts} alerts in ${quarters.toFixed(0)} domain-quarters. Wanted: a recall of 0.95 or more, and at most one false alert in a quarter of a domain.

${table(scoreRows(totals))}

${lines(troubleLines(scores), 'Nothing was missed, and nothing was wrong.')}`;
}

function corpusPart({ reports, domains, firstDay, lastDay, alerts }: CorpusFindings): string {
  const rows = alerts
    .slice(0, LISTED)
    .map(({ openedDay, lastDay: until, rule, domain, finding }) => [
      openedDay,
      until,
      rule,
      domain ?? 'all',
      finding.says,
    ]);
  return `### Real reports

The same rules over ${reports} real reports about ${domains} domains, ${firstDay} to ${lastDay}, from a corpus that is no part of the project. What happened there is not known. Most domains have too little mail for anything to be said.

${rows.length === 0 ? 'No alert.' : table([['From', 'Until', 'Rule', 'Domain', 'What'], ...rows])}${alerts.length > LISTED ? `\n\n${alerts.length - LISTED} more.` : ''}`;
}

function table([head = [], ...rows]: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function lines(list: readonly string[], none: string): string {
  return list.length === 0 ? none : list.map((one) => `- ${one}`).join('\n');
}
