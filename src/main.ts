#!/usr/bin/env node
import { once } from 'node:events';
import { failureOf } from './cli/failure.js';
import { version } from './cli/version.js';
import { debugWanted, readConfig } from './config.js';
import { startSchedule } from './jobs/schedule.js';
import { openSystem } from './system.js';

/** Work under way may take so long to end before the process goes; what is left stays pending. */
const STOP_WITHIN_MS = 20_000;

/** The service: opens everything, says what is on and what is off, and runs until it is told to stop. */
async function serve(): Promise<void> {
  const say = (line: string) => process.stdout.write(`${line}\n`);
  const config = readConfig();
  const stopped = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  say(`dmarc-ops ${version()}`);
  const system = await openSystem({ config, note: say });
  try {
    say(`database: on: ${system.place}`);
    const schedule = await startSchedule(system.context);
    say(`schedule: on: ${schedule.names.join(', ')}`);
    say(`intake:   on: dmarc-ops ingest PATH`);
    for (const { name, variable, set } of config.platforms)
      say(
        `${`${name}:`.padEnd(9)} off: ${set ? 'this version has no adapter for it' : `${variable} is not set`}`,
      );
    say('Ready. Ctrl-C stops.');
    await stopped;
    say('Stopping: no new work; what is under way comes to its end.');
    await schedule.stop(STOP_WITHIN_MS);
  } finally {
    await system.close();
  }
  say('Stopped.');
}

try {
  await serve();
} catch (error) {
  const { message, id, exitCode } = failureOf(error);
  for (const line of message.split('\n')) process.stderr.write(`dmarc-ops: ${line}\n`);
  if (id !== null && debugWanted())
    process.stderr.write(`${error instanceof Error ? (error.stack ?? '') : String(error)}\n`);
  process.exitCode = exitCode;
}
