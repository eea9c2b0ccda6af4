#!/usr/bin/env node
import { failureOf } from './cli/failure.js';
import { debugWanted } from './config.js';
import { runService } from './service.js';

try {
  await runService({ shares: ['serve', 'work'], say: (line) => process.stdout.write(`${line}\n`) });
} catch (error) {
  const { message, id, exitCode } = failureOf(error);
  for (const line of message.split('\n')) process.stderr.write(`dmarc-ops: ${line}\n`);
  if (id !== null && debugWanted())
    process.stderr.write(`${error instanceof Error ? (error.stack ?? '') : String(error)}\n`);
  process.exitCode = exitCode;
}
