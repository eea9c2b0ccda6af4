import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that take longest, the longest first. */
const LONG: readonly string[] = [
  'tests/core/ingest/truth.test.ts',
  'tests/bench/bench.test.ts',
  'tests/stories/torture.test.ts',
  'tests/core/intake/imap/',
  'tests/core/operations/sign-in.test.ts',
  'tests/stories/',
  'tests/core/store/embedded',
  'tests/core/report/bombs.test.ts',
];

/** Begins with what takes longest, so that no core waits at the end for a file that began late. Vitest knows the
 * times only from an earlier run, and on a fresh clone goes by the size of files. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.toSorted((one, other) => placeOf(one) - placeOf(other));
  }
}

function placeOf({ moduleId }: TestSpecification): number {
  const place = LONG.findIndex((part) => moduleId.includes(part));
  return place === -1 ? LONG.length : place;
}
