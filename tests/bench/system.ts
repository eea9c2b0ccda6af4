import { readConfig } from '../../src/config.js';
import { openSystem, type System } from '../../src/system.js';
import { NOW } from './population.js';

/** The system on an embedded database, at the time at which questions are asked unless another clock is given. */
export function openBenchSystem(dataFolder: string, now: () => Date = () => NOW): Promise<System> {
  return openSystem({
    config: readConfig({ DATA_DIR: dataFolder, LOG_LEVEL: 'warn' }),
    note: () => {},
    now,
  });
}
