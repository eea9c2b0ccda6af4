import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generateTo } from '../core/sample/generate.js';
import { parseScenario, type Scenario, ScenarioError } from '../core/sample/scenario.js';
import { type Arguments, type OptionTable, readArguments, suggestion } from './arguments.js';
import { EXIT, UsageError } from './failure.js';
import { print } from './output.js';
import type { Verb } from './verb.js';

const NAME = 'generate';
/** The scenarios that come with the package, two folders above both src/cli and dist/cli. */
const SHIPPED = fileURLToPath(new URL('../../scenarios', import.meta.url));
const SCENARIO_FILE = '.yaml';

const OPTIONS: OptionTable = {
  scenario: { value: 'FILE|NAME', summary: 'A scenario file, or the name of one that comes along' },
  seed: { value: 'N', summary: 'The same seed gives the same bytes; 1 when not given' },
  out: { value: 'DIR', summary: 'Where to write: reports/ and truth.json' },
  end: { value: 'DAY', summary: 'Last day, YYYY-MM-DD, in place of what the scenario says' },
  force: { value: null, summary: 'Write into a folder that is not empty' },
};

/** `dmarc-ops generate`. */
export const generate: Verb = {
  help: {
    usage: `${NAME} --scenario FILE|NAME --out DIR [--seed N] [--end DAY] [--force]`,
    options: OPTIONS,
    examples: [`${NAME} --scenario demo --seed 7 --out sample`],
  },
  run: async (words, io) => {
    const args = readArguments(NAME, OPTIONS, words);
    if (args.words[0] !== undefined)
      throw new UsageError(`generate takes options only, not "${args.words[0]}".`);
    const out = required(args, 'out');
    const scenario = await loadScenario(required(args, 'scenario'));
    const end = endDay(args.values.get('end'));
    const options = { seed: seed(args.values.get('seed')), ...(end !== null && { endDay: end }) };
    await prepareFolder(out, args.switches.has('force'));

    const folders = new Set<string>();
    let files = 0;
    const write = async (name: string, bytes: Uint8Array): Promise<void> => {
      const path = join(out, name);
      const folder = dirname(path);
      if (!folders.has(folder)) await mkdir(folder, { recursive: true });
      folders.add(folder);
      await writeFile(path, bytes);
      files += 1;
    };
    const truth = await generateTo(write, scenario, options);
    await print(
      io.output,
      `Wrote ${files - 1} files to ${join(out, 'reports')}, ${truth.firstDay} to ${truth.lastDay}, ` +
        `and their figures to ${join(out, 'truth.json')}.\n`,
    );
    return EXIT.ok;
  },
};

function required({ values }: Arguments, name: string): string {
  const value = values.get(name);
  if (value === undefined) throw new UsageError(`${NAME} needs --${name}. See: dmarc-ops help ${NAME}`);
  return value;
}

/** Reads a scenario by path, or by the name of one that comes along. */
export async function loadScenario(wanted: string): Promise<Scenario> {
  const isName = basename(wanted) === wanted && extname(wanted) === '';
  const path = isName ? join(SHIPPED, wanted + SCENARIO_FILE) : wanted;
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EISDIR') throw new UsageError(`${wanted} is a folder. Name a scenario file in it.`);
    if (code !== 'ENOENT') throw error;
    throw isName
      ? await unknownScenario(wanted)
      : new UsageError(`${wanted} does not exist. Check the path.`);
  }
  try {
    return parseScenario(text);
  } catch (error) {
    if (error instanceof ScenarioError) throw new UsageError(`${path}: ${error.message}`);
    throw error;
  }
}

async function unknownScenario(wanted: string): Promise<UsageError> {
  const files = await readdir(SHIPPED).catch(() => []);
  const names = files
    .filter((file) => file.endsWith(SCENARIO_FILE))
    .map((file) => basename(file, SCENARIO_FILE));
  return new UsageError(
    `There is no scenario "${wanted}".${suggestion(wanted, names)} There are: ${names.sort().join(', ')}. ` +
      'A path to your own file works too.',
  );
}

function seed(text = '1'): number {
  const value = Number(text);
  if (/^\d+$/u.test(text) && Number.isSafeInteger(value)) return value;
  throw new UsageError(`--seed needs a whole number, not "${text}".`);
}

function endDay(text: string | undefined): string | null {
  if (text === undefined) return null;
  const time = /^\d{4}-\d{2}-\d{2}$/u.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  if (!Number.isNaN(time) && new Date(time).toISOString().startsWith(text)) return text;
  throw new UsageError(`--end needs a day such as 2026-06-30, not "${text}".`);
}

/** Makes the folder. A folder with something in it is left alone unless people insist. */
async function prepareFolder(folder: string, force: boolean): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw new UsageError(`${folder} is a file; --out needs a folder.`);
  }
  if (force || (await readdir(folder)).length === 0) return;
  throw new UsageError(`${folder} is not empty. Choose another folder, or add --force to write into it.`);
}
