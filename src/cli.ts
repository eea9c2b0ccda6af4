#!/usr/bin/env node
import { run } from './cli/run.js';

// Nobody is left to be told when standard error is closed.
process.stderr.on('error', () => {});

process.exitCode = await run(process.argv.slice(2), {
  input: process.stdin,
  output: process.stdout,
  errors: process.stderr,
});
