import type { ProblemList } from '../problems.js';
import { show } from './values.js';

/** Characters after the root that are looked at and shown. */
export const MOST_EPILOGUE = 2_000;

/** Notes what follows the root of a document: nothing where that is white space, comments or instructions. */
export function describeEpilogue(text: string, problems: ProblemList): void {
  const rest = withoutMisc(text);
  if (rest === '') return;
  if (/<(?:[\w.-]+:)?feedback[\s>]/.test(rest))
    problems.add('second-root', 'A second report follows in the same document; it was left out.');
  else if (/[^\p{Cc}\s]/u.test(rest))
    problems.add('trailing-text', `Text follows the end of the report and was left out: ${show(rest)}.`);
  else problems.add('trailing-text', 'Control characters follow the end of the report and were left out.');
}

function withoutMisc(text: string): string {
  let rest = text.trim();
  for (;;) {
    const end = rest.startsWith('<!--') ? '-->' : rest.startsWith('<?') ? '?>' : null;
    const at = end === null ? -1 : rest.indexOf(end);
    if (end === null || at < 0) return rest;
    rest = rest.slice(at + end.length).trimStart();
  }
}
