/**
 * A process with a bot, on the database of its first argument. Says each answer as a line of JSON on standard output,
 * and takes requests as lines on standard input. The second argument: `hangs` in the middle of every operation.
 */
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { createBot } from '../../src/bot/bot.js';
import { command } from '../../src/bot/command.js';
import type { ChatPlatform } from '../../src/bot/platform.js';
import { COMMANDS } from '../../src/bot/registry.js';
import { createSpool } from '../../src/core/intake/spool.js';
import { operation, type SystemContext } from '../../src/core/operations/operation.js';
import { DEFAULT_LIMITS } from '../../src/core/report/limits.js';
import { openDatabase } from '../../src/core/store/database.js';

const [url = '', how = ''] = process.argv.slice(2);
const db = await openDatabase({ connection: url });
const log = { info: () => {}, warn: () => {}, error: console.error, child: () => log };
const system: SystemContext = {
  db,
  now: () => new Date(),
  log,
  limits: DEFAULT_LIMITS,
  spool: createSpool(),
  claimAtOnce: true,
  keepFailureMail: false,
};
const say = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`);

/** Commands that say when they were begun, and do not end where the process hangs. */
const probe = (name: string, effect: 'reads' | 'changes') =>
  command({
    name,
    aliases: [],
    operation: operation({
      name,
      summary: 'Be there for a test',
      role: 'viewer',
      effect,
      input: z.object({}),
      run: async (): Promise<string> => {
        say({ begun: name });
        if (how === 'hangs') await new Promise(() => {});
        return name;
      },
    }),
    positional: [],
    examples: [],
    card: (result) => ({
      title: 'Probe',
      tone: 'good',
      verdict: `${result} is done.`,
      parts: [],
      advice: null,
      buttons: [],
      form: null,
      footer: null,
    }),
  });
const platform: ChatPlatform = {
  name: 'slack',
  answer: (reply, answer) => {
    say({ reply, verdict: answer.card.verdict, title: answer.card.title });
    return Promise.resolve();
  },
  stop: () => Promise.resolve(),
};
const bot = createBot({
  system,
  commands: [...COMMANDS, probe('probe-read', 'reads'), probe('probe-change', 'changes')] as typeof COMMANDS,
  platforms: new Map([[platform.name, platform]]),
  lookEveryMs: 200,
});
bot.start();
say({ ready: true });
for await (const line of createInterface({ input: process.stdin })) {
  const { id, text, workspace, person } = JSON.parse(line) as Record<
    'id' | 'text' | 'workspace' | 'person',
    string
  >;
  const taken = await bot.inbound.take({
    id,
    place: { platform: 'slack', workspace, channel: 'C1' },
    person: { id: person, name: person, email: () => Promise.resolve(null) },
    text,
    audience: 'asker',
    files: [],
    reply: { to: id },
  });
  say({ taken, id });
}
await bot.stop(1_000);
await db.close();
