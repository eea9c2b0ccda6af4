import { defineConfig } from 'vitest/config';
import short from './vitest.config.js';

/** The tests that take their time: kills that wait for leases, a disk that fills up. */
export default defineConfig({
  test: { ...short.test, include: ['tests/**/*.long.test.ts'], exclude: [] },
});
