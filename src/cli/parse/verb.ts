import { DEFAULT_LIMITS, type Limits } from '../../core/report/limits.js';
import { LIMIT_SETTINGS, limitForm, parseLimit } from '../../settings/limits.js';
import { type Arguments, type OptionTable, readArguments } from '../arguments.js';
import { UsageError } from '../failure.js';
import { Output } from '../output.js';
import { plain } from '../../core/plain.js';
import type { Verb } from '../verb.js';
import { type Format, type FormatName, FORMATS } from './format.js';
import { STANDARD_INPUT } from './inputs.js';
import { readPaths } from './read-paths.js';

const NAME = 'parse';

const OPTIONS: OptionTable = {
  format: { value: 'FORMAT', short: 'f', choices: FORMATS, summary: 'How to print; ndjson when not given' },
  'show-personal': { value: null, summary: 'Keep local parts, subjects and bodies of failure reports' },
  ...Object.fromEntries(
    LIMIT_SETTINGS.map(({ option, summary, defaultText }) => [
      option,
      { value: 'N', summary: `${summary} (${defaultText})` },
    ]),
  ),
};

const DETAILS = [
  'Reads aggregate, failure and SMTP TLS reports, plain or in gzip, zip, tar and mails. PATH is a file, a',
  'folder, which is walked in the order of names without hidden files, or - for standard input.',
  '',
  'ndjson prints one JSON object per document found, json one array of them, csv one row per record of',
  'aggregate reports, table a few lines for people.',
  '',
  'Exit code 0: all read. 1: some unreadable; the others are printed. 2: wrong use, or a PATH that does',
  'not exist; the others are printed.',
];

/** `dmarc-ops parse`: a contract for other tools, described in docs/parse.md. */
export const parse: Verb = {
  help: {
    usage: `${NAME} [--format ${FORMATS.join('|')}] PATH…`,
    options: OPTIONS,
    details: DETAILS,
    examples: ['parse reports/', 'parse --format csv google.xml.gz > rows.csv', 'parse - < report.eml'],
  },
  run: async (words, io) => {
    const args = readArguments(NAME, OPTIONS, words);
    const limits = limitsOf(args);
    const paths = pathsOf(args);
    const output = new Output(io.output);
    const tell = (sentence: string): void => void io.errors.write(`dmarc-ops: ${plain(sentence)}\n`);
    const format = await OPENERS[(args.values.get('format') ?? 'ndjson') as FormatName](output, tell);
    try {
      await format.begin();
      const redact = !args.switches.has('show-personal');
      const exitCode = await readPaths({ paths, limits, redact, input: io.input, format, tell });
      await format.end();
      await output.end();
      return exitCode;
    } finally {
      await format.close();
    }
  },
};

/** Each loads only what it needs. */
const OPENERS: Readonly<
  Record<FormatName, (output: Output, tell: (sentence: string) => void) => Promise<Format>>
> = {
  ndjson: async (output) => (await import('./json.js')).ndjsonFormat(output),
  json: async (output) => (await import('./json.js')).jsonFormat(output),
  csv: async (output, tell) => (await import('./csv.js')).csvFormat(output, tell),
  table: async (output) => (await import('./table.js')).tableFormat(output),
};

function limitsOf(args: Arguments): Limits {
  const limits: { -readonly [Key in keyof Limits]: Limits[Key] } = { ...DEFAULT_LIMITS };
  for (const { key, option } of LIMIT_SETTINGS) {
    const text = args.values.get(option);
    if (text === undefined) continue;
    const value = parseLimit(key, text);
    if (value === null) throw new UsageError(`--${option} needs ${limitForm(key)}, not "${text}".`);
    limits[key] = value;
  }
  return limits;
}

function pathsOf({ words }: Arguments): readonly string[] {
  if (words.length === 0)
    throw new UsageError('parse needs a PATH: a file, a folder, or - for standard input.');
  if (words.includes(''))
    throw new UsageError('A PATH is empty. Name a file, a folder, or - for standard input.');
  if (words.filter((word) => word === STANDARD_INPUT).length > 1)
    throw new UsageError('Standard input (-) can be read only once.');
  return words;
}
