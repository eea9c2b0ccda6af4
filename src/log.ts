import type { Log } from './core/ingest/context.js';
import type { LogLevel } from './config.js';

const ORDER: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];

/** One JSON object a line on standard error; text from outside is data in it and cannot begin a line. */
export function createLog(level: LogLevel): Log {
  const write =
    (of: LogLevel) =>
    (message: string, facts: Readonly<Record<string, unknown>> = {}) => {
      if (ORDER.indexOf(of) < ORDER.indexOf(level)) return;
      const entry = { time: new Date().toISOString(), level: of, message, ...plainFacts(facts) };
      process.stderr.write(`${JSON.stringify(entry)}\n`);
    };
  return { info: write('info'), warn: write('warn'), error: write('error') };
}

/** Errors as their stack, which JSON would leave out. */
function plainFacts(facts: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(facts).map(([name, value]) => [
      name,
      value instanceof Error ? (value.stack ?? value.message) : value,
    ]),
  );
}
