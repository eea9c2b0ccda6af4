/**
 * The service as `npm start` runs it, with a clock that goes before the machine's by so many milliseconds: those of the
 * first argument, and then of each line on standard input, after which it says `moved`.
 */
import { createInterface } from 'node:readline';
import { runService } from '../../src/service.js';

let moved = Number(process.argv[2]);
const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => {
  moved = Number(line);
  process.stdout.write(`moved ${moved}\n`);
});
await runService({
  shares: ['serve', 'work'],
  say: (line) => process.stdout.write(`${line}\n`),
  now: () => new Date(Date.now() + moved),
});
lines.close();
