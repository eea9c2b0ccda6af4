import { expect } from 'vitest';
import type { Ended } from './command-line.js';

/** What people see: one sentence that begins with our name, and no trace of the code. */
export function sentenceOf({ errors, output }: Ended): string {
  const lines = errors.trimEnd().split('\n');
  expect(lines).toHaveLength(1);
  expect(`${errors}${output}`).not.toMatch(/\n\s+at |node:internal|Error:/u);
  return lines[0] ?? '';
}
