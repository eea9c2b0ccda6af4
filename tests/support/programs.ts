import path from 'node:path';
import { inject } from 'vitest';

/**
 * Where a program of the project can be run by Node, such as `src/cli.ts`: compiled once for the whole run, for
 * compiling it at every start takes longer than most programs run.
 */
export function programOf(source: string): string {
  return path.join(inject('programs'), source.replace(/\.ts$/, '.js'));
}
