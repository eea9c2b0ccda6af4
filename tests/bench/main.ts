import { spawnSync } from 'node:child_process';
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { version } from '../../src/cli/version.js';
import type { Bench, Part } from './bench.js';
import { commandLine, type Program } from './command.js';
import { verdictOf, type Figure } from './figure.js';
import { machine } from './machine.js';
import { type PageOwner, writePage } from './page.js';
import { api } from './parts/api.js';
import { ingest } from './parts/ingest.js';
import { parse } from './parts/parse.js';
import { start } from './parts/start.js';
import { summary } from './parts/summary.js';
import { workers } from './parts/workers.js';
import { makeScratch, removeScratch } from './scratch.js';
import { FULL, QUICK } from './sizes.js';
import { tableOf } from './table.js';

const PARTS: readonly Part[] = [parse, ingest, summary, start, api, workers];
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const OWNER: PageOwner = {
  script: 'bench',
  advice:
    '## To run it yourself\n\n`npm run bench` builds and takes about twenty minutes on two cores, half of them to fill a database with 10 million records; `--data FOLDER` keeps that database for the next time, with the small reports that each run adds. `--only parse` (or `ingest`, `summary`, `start`, `api`, `workers`) runs one part, `--quick` shows in seconds that it works, `--check` ends with exit code 1 when a target is missed. Only a whole run with full sizes writes this text. Nothing else should run meanwhile.',
};

const HELP = `Usage: npm run bench -- [--only PART] [--data FOLDER] [--quick] [--check] [--source]

  --only PART    one of ${PARTS.map(({ name }) => name).join(', ')}; may be given more than once
  --data FOLDER  where databases that take minutes to fill are kept for the next time
  --quick        small sizes, to see that it works
  --check        exit code 1 when a target is missed
  --source       measure src/ as it is, without a build
`;

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true, default: [] },
    data: { type: 'string' },
    quick: { type: 'boolean', default: false },
    check: { type: 'boolean', default: false },
    source: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const unknown = values.only.filter((name) => !PARTS.some((part) => part.name === name));
if (values.help || unknown.length > 0) {
  process.stdout.write(HELP);
  process.exit(values.help ? 0 : 2);
}

const program: Program = values.source ? 'source' : 'built';
if (program === 'built') build();

const note = (line: string): void => void process.stderr.write(`… ${line}\n`);
const scratch = await makeScratch();
process.once('SIGINT', () => {
  void removeScratch(scratch).finally(() => process.exit(130));
});
const measured: { part: Part; figures: readonly Figure[] }[] = [];
let postgres: string | null = null;
try {
  const dataFolder = path.resolve(values.data ?? path.join(scratch, 'data'));
  for (const part of PARTS.filter(({ name }) => values.only.length === 0 || values.only.includes(name))) {
    const own = path.join(scratch, part.name);
    await mkdir(own);
    const bench: Bench = {
      sizes: values.quick ? QUICK : FULL,
      program: commandLine(program, own),
      scratch: own,
      dataFolder,
      note,
      postgres,
    };
    measured.push({ part, figures: await part.measure(bench) });
    postgres = bench.postgres;
    await rm(own, { recursive: true, force: true });
  }
} finally {
  await removeScratch(scratch);
}

const facts = [['dmarc-ops', version()] as const, ...machine(postgres)];
const figures = measured.flatMap((one) => one.figures);
process.stdout.write(
  `${facts.map(([name, value]) => `${name}: ${value}`).join('\n')}\n\n${tableOf(figures)}`,
);
if (!values.quick && !values.source && values.only.length === 0)
  process.stdout.write(`${await writePage(OWNER, measured, facts, new Date().toISOString().slice(0, 10))}\n`);
if (values.check && figures.some((figure) => verdictOf(figure) === 'miss')) process.exitCode = 1;

/** What people run is what `npm run build` makes. */
function build(): void {
  const { status } = spawnSync('npm', ['run', '--silent', 'build'], { cwd: ROOT, stdio: 'inherit' });
  if (status === 0) return;
  process.stderr.write('The build failed; mend it first, or measure src/ with --source.\n');
  process.exit(2);
}
