import type { Share } from '../part.js';
import { runService } from '../service.js';
import { readArguments } from './arguments.js';
import { EXIT, UsageError } from './failure.js';
import type { Verb } from './verb.js';

/** `dmarc-ops serve` and `dmarc-ops work`: the service split in two, on as many machines as one likes. */
export function serviceVerb(name: Share, details: readonly string[]): Verb {
  return {
    help: { usage: name, options: {}, details, examples: [name] },
    run: async (words, io) => {
      const args = readArguments(name, {}, words);
      if (args.words[0] !== undefined)
        throw new UsageError(`${name} takes no words; the environment says what it does.`);
      await runService({ shares: [name], say: (line) => io.output.write(`${line}\n`) });
      return EXIT.ok;
    },
  };
}

export const serve = serviceVerb('serve', [
  'Takes reports in and answers people and programs; what comes in is read by `dmarc-ops work`, here or elsewhere.',
  'All processes need the same PostgreSQL: set DATABASE_URL where they are on several machines.',
]);

export const work = serviceVerb('work', [
  'Any number of these share the work, over the same PostgreSQL. Stopping one gives back what it is at.',
]);
