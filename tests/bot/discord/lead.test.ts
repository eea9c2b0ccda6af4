import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it } from 'vitest';
import { type FakeDiscord, startFakeDiscord } from '../../fakes/discord/server.js';
import { type TestSystem, testSystem } from '../../support/context.js';
import { programOf } from '../../support/programs.js';
import { answered, connected, settled } from './support.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const ADA = '200000000000000001';
const ends: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

interface Process {
  kill(): Promise<void>;
  stop(): Promise<number | null>;
}

async function start(system: TestSystem, discord: FakeDiscord, name: string): Promise<Process> {
  const words = [system.url, name, discord.token, discord.api, discord.cdn];
  const child: ChildProcess = spawn(
    process.execPath,
    [programOf('tests/bot/discord/lead-child.ts'), ...words],
    { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const gone = once(child, 'exit') as Promise<[number | null]>;
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    return (await gone)[0];
  };
  ends.push(() => end('SIGKILL'));
  if (child.stdout !== null) await once(child.stdout, 'data');
  return {
    kill: async () => {
      await end('SIGKILL');
    },
    stop: () => end('SIGTERM'),
  };
}

async function open() {
  const system = await testSystem();
  ends.push(() => system.close());
  const discord = await startFakeDiscord({ identifyEveryMs: 0 });
  ends.push(() => discord.stop());
  const [channel] = discord.addServer('Example').channels;
  if (channel === undefined) throw new Error('no channel');
  const whoAnswers = async () => {
    await connected(discord);
    await settled('the commands', () => discord.state.commands.length > 0);
    const message = await answered(discord.command(channel, ADA, 'status'));
    return (message.body['embeds'] as readonly { readonly title: string }[])[0]?.title.replace(/^\W+/u, '');
  };
  return { system, discord, whoAnswers };
}

it('of two processes one is connected, and the other takes over within seconds when it is killed', async () => {
  const { system, discord, whoAnswers } = await open();
  const first = await start(system, discord, 'first');
  expect(await whoAnswers()).toBe('first');
  await start(system, discord, 'second');
  expect(await whoAnswers()).toBe('first');
  expect(discord.gateway.counts.identified).toBe(1);

  const from = performance.now();
  await first.kill();
  await settled('the other process', () => discord.gateway.counts.identified === 2);

  expect(performance.now() - from).toBeLessThan(5_000);
  expect(await whoAnswers()).toBe('second');
});

it('a process that stops gives it to the other, and ends by itself', async () => {
  const { system, discord, whoAnswers } = await open();
  const first = await start(system, discord, 'first');
  expect(await whoAnswers()).toBe('first');
  await start(system, discord, 'second');

  expect(await first.stop()).toBe(0);
  await settled('the other process', () => discord.gateway.counts.identified === 2);

  expect(await whoAnswers()).toBe('second');
});
