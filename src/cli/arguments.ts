import { parseArgs } from 'node:util';
import { UsageError } from './failure.js';
import { nearest } from '../core/analysis/nearest.js';

/** One option of a verb. */
export interface Option {
  /** Name of its value in help, such as `FILE`; null for a switch that takes none. */
  readonly value: string | null;
  /** One letter. */
  readonly short?: string;
  /** The only values allowed. */
  readonly choices?: readonly string[];
  readonly summary: string;
}

/** Options of a verb by their long name without dashes. */
export type OptionTable = Readonly<Record<string, Option>>;

/** What was written after the verb. */
export interface Arguments {
  /** Values of options; the last one where an option was given twice. */
  readonly values: ReadonlyMap<string, string>;
  readonly switches: ReadonlySet<string>;
  /** Everything else, in order. */
  readonly words: readonly string[];
}

/** Splits words by a verb's options. Throws UsageError with one sentence for the first thing that is wrong. */
export function readArguments(verb: string, table: OptionTable, words: readonly string[]): Arguments {
  const known = new Map(Object.entries(table));
  const { tokens } = parseArgs({
    args: [...words],
    options: Object.fromEntries(
      [...known].map(([name, { value, short }]) => [
        name,
        { type: value === null ? 'boolean' : 'string', ...(short !== undefined && { short }) } as const,
      ]),
    ),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });

  const values = new Map<string, string>();
  const switches = new Set<string>();
  const positional: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') positional.push(token.value);
    if (token.kind !== 'option') continue;
    const option = known.get(token.name);
    if (option === undefined) throw unknownOption(verb, token.rawName, known.keys());
    if (option.value === null) {
      if (token.value !== undefined) throw new UsageError(`${token.rawName} takes no value.`);
      switches.add(token.name);
      continue;
    }
    values.set(token.name, checkedValue(token.rawName, option, token.value, token.inlineValue === true));
  }
  return { values, switches, words: positional };
}

/** Options in two columns, for help. */
export function optionLines(table: OptionTable): string[] {
  const rows = Object.entries(table).map(([name, option]) => {
    const short = option.short === undefined ? '' : `-${option.short}, `;
    const value = option.value === null ? '' : ` ${option.choices?.join('|') ?? option.value}`;
    return [`${short}--${name}${value}`, option.summary] as const;
  });
  const width = Math.min(30, Math.max(...rows.map(([left]) => left.length)));
  return rows.flatMap(([left, summary]) =>
    left.length > width
      ? [`  ${left}`, `  ${' '.repeat(width)}  ${summary}`]
      : [`  ${left.padEnd(width)}  ${summary}`],
  );
}

function checkedValue(rawName: string, option: Option, value: string | undefined, inline: boolean): string {
  const missing = value === undefined || value === '' || (!inline && value.startsWith('--'));
  const form = option.choices === undefined ? (option.value ?? 'a value') : option.choices.join(', ');
  if (missing) throw new UsageError(`${rawName} needs a value: ${form}.`);
  if (option.choices !== undefined && !option.choices.includes(value)) {
    const likely = suggestion(value, option.choices);
    throw new UsageError(`${rawName} cannot be "${value}"; it is one of ${form}.${likely}`);
  }
  return value;
}

/** ` Did you mean …?` with a leading space; nothing where no candidate is near. */
export function suggestion(word: string, candidates: Iterable<string>, prefix = ''): string {
  const [likely] = nearest(word, candidates, 1);
  return likely === undefined ? '' : ` Did you mean ${prefix}${likely}?`;
}

function unknownOption(verb: string, rawName: string, known: Iterable<string>): UsageError {
  const likely = suggestion(rawName.replace(/^-+/, ''), known, '--');
  return new UsageError(`${verb} has no option ${rawName}.${likely} See: dmarc-ops help ${verb}`);
}
