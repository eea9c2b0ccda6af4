import { spawnSync } from 'node:child_process';
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { version } from '../../src/version.js';
import type { Bench, Part } from './bench.js';
import { commandLine, type Program } from './command.js';
import { verdictOf } from './figure.js';
import { machine } from './machine.js';
import { type Measured, type PageOwner, writePage } from './page.js';
import { makeScratch, removeScratch } from './scratch.js';
import { FULL, QUICK } from './sizes.js';
import { tableOf } from './table.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Measures the parts that the command line asks for, prints a table, and writes their sections of the page. */
export async function runBench(owner: PageOwner, parts: readonly Part[]): Promise<void> {
  const names = parts.map(({ name }) => name);
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
  if (values.help || values.only.some((name) => !names.includes(name))) {
    process.stdout.write(helpOf(owner, names));
    process.exit(values.help ? 0 : 2);
  }
  const program: Program = values.source ? 'source' : 'built';
  if (program === 'built') build();

  const chosen = parts.filter(({ name }) => values.only.length === 0 || values.only.includes(name));
  const { measured, postgres } = await measureAll(chosen, program, values);

  const facts = [['dmarc-ops', version()] as const, ...machine(postgres)];
  const figures = measured.flatMap((one) => one.figures);
  process.stdout.write(
    `${facts.map(([name, value]) => `${name}: ${value}`).join('\n')}\n\n${tableOf(figures)}`,
  );
  if (!values.quick && !values.source)
    process.stdout.write(
      `${await writePage(owner, parts, measured, facts, new Date().toISOString().slice(0, 10))}\n`,
    );
  if (values.check && figures.some((figure) => verdictOf(figure) === 'miss')) process.exitCode = 1;
}

async function measureAll(
  parts: readonly Part[],
  program: Program,
  given: { readonly quick: boolean; readonly data?: string | undefined },
): Promise<{ readonly measured: readonly Measured[]; readonly postgres: string | null }> {
  const note = (line: string): void => void process.stderr.write(`… ${line}\n`);
  const scratch = await makeScratch();
  process.once('SIGINT', () => {
    void removeScratch(scratch).finally(() => process.exit(130));
  });
  const measured: Measured[] = [];
  let postgres: string | null = null;
  try {
    const dataFolder = path.resolve(given.data ?? path.join(scratch, 'data'));
    for (const part of parts) {
      const own = path.join(scratch, part.name);
      await mkdir(own);
      const bench: Bench = {
        sizes: given.quick ? QUICK : FULL,
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
  return { measured, postgres };
}

function helpOf({ script }: PageOwner, names: readonly string[]): string {
  return `Usage: npm run ${script} -- [--only PART] [--data FOLDER] [--quick] [--check] [--source]

  --only PART    one of ${names.join(', ')}; may be given more than once
  --data FOLDER  where databases that take minutes to fill are kept for the next time
  --quick        small sizes, to see that it works
  --check        exit code 1 when a target is missed
  --source       measure src/ as it is, without a build
`;
}

/** What people run is what `npm run build` makes. */
function build(): void {
  const { status } = spawnSync('npm', ['run', '--silent', 'build'], { cwd: ROOT, stdio: 'inherit' });
  if (status === 0) return;
  process.stderr.write('The build failed; mend it first, or measure src/ with --source.\n');
  process.exit(2);
}
