import { defineConfig } from 'vitest/config';
import { LongestFirst } from './tests/support/longest-first.js';

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    // Those of vitest.long.config.ts.
    exclude: ['tests/**/*.long.test.ts'],
    globalSetup: ['tests/support/setup.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // More than the two cores that CI has: much of the time of a test goes by in pauses.
    maxWorkers: 3,
    // Nothing is global in src/, so a process can go on with the modules it has: loading them anew for every file took
    // a tenth of the time.
    isolate: false,
    sequence: { sequencer: LongestFirst },
    coverage: {
      provider: 'v8',
      include: ['src/core/**'],
      reporter: ['text-summary'],
      thresholds: { lines: 85 },
    },
  },
});
