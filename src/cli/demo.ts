import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { readConfig } from '../config.js';
import { COMMANDS } from '../bot/registry.js';
import { dispatch } from '../bot/dispatch.js';
import { counted } from '../bot/figures.js';
import { renderCard } from '../bot/terminal/render.js';
import { wantsColour } from '../bot/characters/style.js';
import { addDays, dayOf } from '../core/analysis/range.js';
import { keep, type Incoming } from '../core/ingest/keep.js';
import { processPending } from '../core/ingest/process.js';
import { evaluateAll } from '../core/operations/alert/evaluate.js';
import type { Context } from '../core/operations/operation.js';
import { inMemory } from '../core/report/bytes.js';
import { generate } from '../core/sample/generate.js';
import { findHome } from '../core/store/embedded/home.js';
import { openInterruptible } from './interruptible.js';
import { readArguments } from './arguments.js';
import { chatOn } from './chat.js';
import { EXIT, UsageError } from './failure.js';
import { loadScenario } from './generate.js';
import type { Io, Verb } from './verb.js';

const SCENARIO = 'demo';
const SEED = 1;
const FIRST_QUESTION = 'summary example.com';
const FILES_AT_ONCE = 100;

/** `dmarc-ops demo`: six months of sample reports in a database of their own, and a chat about them. */
export const demo: Verb = {
  help: {
    usage: 'demo',
    options: {},
    details: [
      'Everything lies in a temporary folder, which is removed at the end; your own data is not touched.',
      'Without a terminal, commands are read from standard input until its end.',
    ],
    examples: ['demo', 'demo < commands.txt'],
  },
  run: async (words, io) => {
    const args = readArguments('demo', {}, words);
    if (args.words[0] !== undefined) throw new UsageError('demo takes no words; type them at its prompt.');
    const folder = await mkdtemp(join(tmpdir(), 'dmarc-ops-demo-'));
    try {
      // As root, the server is another user, who has to pass through.
      await chmod(folder, 0o711);
      await demoIn(folder, io);
    } finally {
      // Where that user cannot come to the temporary folder at all, the data is elsewhere.
      const { folder: data } = await findHome(folder);
      for (const made of new Set([dirname(data), folder])) await rm(made, { recursive: true, force: true });
    }
    return EXIT.ok;
  },
};

async function demoIn(folder: string, io: Io): Promise<void> {
  const say = (line: string) => io.output.write(`${line}\n`);
  const config = { ...readConfig(), databaseUrl: null, databaseOwnerUrl: null, dataDir: folder };
  const opening = openInterruptible({ config, note: say });
  say('Starting an embedded PostgreSQL for the demo …');
  const system = await opening;
  try {
    const { context } = system;
    say('Making six months of sample reports and taking them in …');
    const started = performance.now();
    const files = await takeInSamples(context);
    say(`${files} files were read and stored in ${((performance.now() - started) / 1000).toFixed(1)} s.\n`);
    const opened = (await evaluateAll(context)).raised.filter(({ outcome }) => outcome === 'opened').length;
    const { isTTY, columns } = io.output as Partial<NodeJS.WriteStream>;
    const { card } = await dispatch({ text: FIRST_QUESTION, context, local: true }, COMMANDS);
    say(`/dmarc ${FIRST_QUESTION}\n`);
    say(renderCard(card, { columns, colour: wantsColour(isTTY === true, config) }));
    if (opened > 0) say(`Rules found ${counted(opened, 'thing')} that somebody should look at: ask alerts.`);
    say('Ask on: help shows what there is, exit leaves.\n');
    await chatOn(io, context, config.noColour);
  } finally {
    await system.close();
  }
}

/** Samples that end yesterday, as if their reporters had just sent them. Gives the number of files. */
export async function takeInSamples(context: Context): Promise<number> {
  const scenario = await loadScenario(SCENARIO);
  const endDay = addDays(dayOf(context.now()), -1);
  let files = 0;
  let waiting: Incoming[] = [];
  for (const { name, bytes } of generate(scenario, { seed: SEED, endDay }).files) {
    waiting.push({ name, source: inMemory(bytes) });
    files += 1;
    context.signal?.throwIfAborted();
    if (waiting.length < FILES_AT_ONCE) continue;
    await keep(context, 'demo', waiting);
    waiting = [];
  }
  await keep(context, 'demo', waiting);
  await processPending(context);
  return files;
}
