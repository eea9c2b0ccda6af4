import { pino, type DestinationStream, type Logger } from 'pino';
import type { Facts, Log } from './core/ingest/context.js';
import type { LogLevel } from './config.js';
import { cleanFacts, cleanText } from './log-facts.js';

export interface LogOptions {
  /** Standard error when absent: standard output is for what was asked for. */
  readonly destination?: DestinationStream;
}

/**
 * One JSON object a line: `level`, `time`, `message` and the facts; text from outside is data in it and cannot begin
 * a line. Secrets and the names of mail boxes are taken out of all of it; stack traces are there at debug level alone.
 */
export function createLog(level: LogLevel, options: LogOptions = {}): Log {
  const logger = pino(
    {
      level,
      base: null,
      messageKey: 'message',
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    // Written at once: a line about the end must not be lost with the process.
    options.destination ?? pino.destination({ fd: process.stderr.fd, sync: true }),
  );
  return logOn(logger, level === 'debug');
}

function logOn(logger: Logger, withStacks: boolean): Log {
  const write =
    (level: 'info' | 'warn' | 'error') =>
    (message: string, facts: Facts = {}): void => {
      if (logger.isLevelEnabled(level)) logger[level](cleanFacts(facts, withStacks), cleanText(message));
    };
  return {
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    child: (facts) => logOn(logger.child(cleanFacts(facts, withStacks)), withStacks),
  };
}
