import { existsSync } from 'node:fs';
import { suggestion } from './arguments.js';
import { EXIT, failureOf, UsageError } from './failure.js';
import { print } from './output.js';
import { plain } from '../core/plain.js';
import { asksForHelp, helpText, type Io, type LazyVerb } from './verb.js';
import { VERBS } from './verbs.js';

const HELP: Omit<LazyVerb, 'load'> = { name: 'help', summary: 'Show what there is, or how one verb is used' };

/** The whole command line: words after `dmarc-ops` → exit code. Never throws: trouble is one sentence on `io.errors`. */
export async function run(words: readonly string[], io: Io): Promise<number> {
  try {
    return await dispatch(words, io);
  } catch (error) {
    const { exitCode, message, id } = failureOf(error);
    for (const line of message.split('\n')) if (line !== '') io.errors.write(`dmarc-ops: ${plain(line)}\n`);
    if (id !== null && (await import('../config.js')).debugWanted())
      io.errors.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    return exitCode;
  }
}

async function dispatch(words: readonly string[], io: Io): Promise<number> {
  const [first, second, ...others] = words;
  if (first === undefined) {
    io.errors.write(await overview());
    return EXIT.usage;
  }
  if (first === '--version' || first === '-V') {
    await print(io.output, `${(await import('../version.js')).version()}\n`);
    return EXIT.ok;
  }
  if (first === HELP.name || first === '--help' || first === '-h') {
    await print(io.output, second === undefined ? await overview() : await helpOn([second, ...others]));
    return EXIT.ok;
  }
  const { verb, rest } = await findVerb(words);
  const loaded = await verb.load();
  if (!asksForHelp(rest)) return loaded.run(rest, io);
  await print(io.output, helpText(verb, loaded.help));
  return EXIT.ok;
}

async function helpOn(words: readonly string[]): Promise<string> {
  if (words[0] === HELP.name) return overview();
  const { verb, rest } = await findVerb(words);
  if (rest.length > 0) throw new UsageError('help takes one verb at a time.');
  return helpText(verb, (await verb.load()).help);
}

/** The verb that words begin with, and the words behind it. Those of VERBS are found without loading anything. */
async function findVerb(
  words: readonly string[],
): Promise<{ readonly verb: LazyVerb; readonly rest: readonly string[] }> {
  const [name = ''] = words;
  const own = VERBS.find((verb) => verb.name === name);
  if (own !== undefined) return { verb: own, rest: words.slice(1) };
  const verbs = await allVerbs();
  for (const length of [2, 1]) {
    const verb = verbs.find((each) => each.name === words.slice(0, length).join(' '));
    if (verb !== undefined) return { verb, rest: words.slice(length) };
  }
  if (existsSync(name))
    throw new UsageError(`There is no verb "${name}", but a file. Did you mean dmarc-ops parse ${name}?`);
  const implied = (await import('./local.js')).impliedVerb(words);
  const verb = verbs.find((each) => each.name === implied?.name);
  if (implied !== null && verb !== undefined) return { verb, rest: implied.rest };
  if (name.startsWith('-'))
    throw new UsageError(`There is no option ${name} before the verb. See: dmarc-ops help`);
  const names = [...verbs.map((each) => each.name), HELP.name];
  throw new UsageError(`There is no verb "${name}".${suggestion(name, names)} See: dmarc-ops help`);
}

async function allVerbs(): Promise<readonly LazyVerb[]> {
  return [...VERBS, ...(await import('./local.js')).localVerbs()];
}

async function overview(): Promise<string> {
  const verbs = [...(await allVerbs()), HELP];
  const width = Math.max(...verbs.map(({ name }) => name.length));
  return [
    'dmarc-ops takes in DMARC reports, stores and analyses them, and answers questions about them.',
    '',
    'Usage: dmarc-ops VERB …',
    '',
    ...verbs.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`),
    '',
    'dmarc-ops help VERB tells more; dmarc-ops --version prints the version.',
    '',
  ].join('\n');
}
