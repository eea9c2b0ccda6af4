import type { Logger, LogLevel } from '@slack/bolt';
import type { Log } from '../../core/ingest/context.js';

/** What the SDK says, as far as it is trouble; its finer words hold payloads, with what people wrote. */
export function sdkLog(log: Log): Logger {
  const said = (parts: readonly unknown[]) => ({
    said: parts.map((part) => (part instanceof Error ? part.message : String(part))).join(' '),
  });
  return {
    debug: () => {},
    info: () => {},
    warn: (...parts: unknown[]) => log.warn('Slack: a warning of the SDK', said(parts)),
    error: (...parts: unknown[]) => log.warn('Slack: an error of the SDK', said(parts)),
    setLevel: () => {},
    getLevel: () => 'warn' as LogLevel,
    setName: () => {},
  };
}
