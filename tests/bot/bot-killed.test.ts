import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { linkCode } from '../../src/core/operations/chat/link-code.js';
import type { Context } from '../../src/core/operations/operation.js';
import { perform } from '../../src/core/operations/perform.js';
import { userCreate } from '../../src/core/operations/users.js';
import { testChat } from '../support/chat.js';
import { testSystem, type TestSystem } from '../support/context.js';
import { programOf } from '../support/programs.js';
import { until } from '../support/until.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** The lease and the look after it. */
const TAKEN_OVER_WITHIN_MS = 30_000;

interface Line {
  readonly ready?: true;
  readonly begun?: string;
  readonly taken?: string;
  readonly reply?: { readonly to: string };
  readonly verdict?: string;
  readonly title?: string;
}
interface BotProcess {
  readonly lines: readonly Line[];
  say(id: string, text: string): void;
  kill(): Promise<void>;
}

let system: TestSystem;
let admin: Context;
const running: ChildProcess[] = [];

beforeAll(async () => {
  system = await testSystem();
  admin = await system.context('mine', { now: () => new Date() });
  const chat = testChat(admin);
  await perform(userCreate, admin, { email: 'ada@example.com', role: 'admin', name: 'Ada' });
  const { code } = await perform(linkCode, admin, { email: 'ada@example.com', binds: true });
  await chat.ask(`link ${code}`, { workspace: 'T1', person: 'U1' });
  await chat.bot.stop(1_000);
});
afterEach(async () => {
  for (const child of running.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
});
afterAll(() => system.close());

async function startBot(how = ''): Promise<BotProcess> {
  const child = spawn(process.execPath, [programOf('tests/support/chat-child.ts'), system.url, how], {
    cwd: ROOT,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  running.push(child);
  const lines: Line[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(JSON.parse(line) as Line));
  await until('a bot to start', () =>
    Promise.resolve(lines.some(({ ready }) => ready === true) ? true : null),
  );
  return {
    lines,
    say: (id, text) => {
      child.stdin.write(`${JSON.stringify({ id, text, workspace: 'T1', person: 'U1' })}\n`);
    },
    kill: async () => {
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
  };
}

/** Waits until a line is there. */
function lineOf(
  bot: BotProcess,
  what: string,
  isIt: (line: Line) => boolean,
  withinMs?: number,
): Promise<true> {
  return until(what, () => Promise.resolve(bot.lines.some(isIt) ? true : null), withinMs);
}

describe('a bot that is killed between taking requests and answering them', () => {
  it(
    'leaves a question to be answered once, and a change to be asked about',
    { timeout: 60_000 },
    async () => {
      const first = await startBot('hangs');
      for (const text of ['probe-read', 'probe-change']) {
        first.say(text, text);
        await lineOf(first, `${text} to begin`, ({ begun }) => begun === text);
      }
      expect(first.lines.filter(({ reply }) => reply !== undefined)).toEqual([]);
      await first.kill();

      const next = await startBot();
      for (const text of ['probe-read', 'probe-change'])
        await lineOf(next, `an answer to ${text}`, ({ reply }) => reply?.to === text, TAKEN_OVER_WITHIN_MS);
      // The same event, as platforms send it again, is the same request.
      next.say('probe-change', 'probe-change');
      await lineOf(next, 'the event to be known', ({ taken }) => taken === 'again');

      expect(next.lines.filter(({ begun }) => begun !== undefined)).toEqual([{ begun: 'probe-read' }]);
      const answers = next.lines.filter(({ reply }) => reply !== undefined);
      expect(answers).toHaveLength(2);
      expect(answers).toEqual(
        expect.arrayContaining([
          { reply: { to: 'probe-read' }, title: 'Probe', verdict: 'probe-read is done.' },
          {
            reply: { to: 'probe-change' },
            title: 'Interrupted: probe-change',
            verdict: expect.stringContaining('It may be done, or not; it was not done again.'),
          },
        ]),
      );
    },
  );
});
