/** worker.ts where it was not compiled, in development and in tests: `--import tsx` does not reach into threads. */
import { register } from 'tsx/esm/api';

register();
await import('./worker.ts');
