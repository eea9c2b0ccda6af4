import type { Writable } from 'node:stream';
import type { Progress } from '../core/ingest/context.js';

/** Between two notes: often enough to see that work goes on. */
const EVERY_MILLISECONDS = 200;
const ERASE_LINE = '\r\u001b[K';

/** Shows in one line of a terminal how far a longer work has come; says nothing where nobody watches. */
export function noteProgress(errors: Writable & { readonly isTTY?: boolean }): {
  readonly note: (progress: Progress) => void;
  readonly end: () => void;
} {
  let last = 0;
  return {
    note: ({ unit, done, total }) => {
      if (errors.isTTY !== true || performance.now() - last < EVERY_MILLISECONDS) return;
      last = performance.now();
      const of = total === null ? '' : ` of ${total.toLocaleString('en-US')}`;
      errors.write(`${ERASE_LINE}${done.toLocaleString('en-US')}${of} ${unit} …`);
    },
    end: () => {
      if (last > 0) errors.write(ERASE_LINE);
    },
  };
}
