import type { RetentionResult } from '../../core/operations/retention.js';
import type { Card } from '../card.js';
import { counted, moment, type Moment } from '../figures.js';

/** What is kept for how long. */
export function retentionCard(result: RetentionResult, _input: unknown, now: Moment): Card {
  const { records, raw, failures, changedAt, changedBy, expiredBefore } = result;
  const text = (days: number | null) => (days === null ? 'kept' : counted(days, 'day'));
  const all = [records, raw, failures];
  return {
    title: 'Retention',
    tone: 'neutral',
    verdict: all.every((days) => days === null)
      ? 'Everything is kept.'
      : 'What is older goes once a day; daily figures always stay.',
    parts: [
      {
        type: 'facts',
        facts: [
          {
            name: 'Records and reports',
            value: text(records),
            ...(expiredBefore !== null && { note: `gone before ${expiredBefore}` }),
          },
          { name: 'Raw documents', value: text(raw) },
          { name: 'Failure reports', value: text(failures) },
        ],
      },
    ],
    advice: 'Change it such as: retention-set records:400 raw:90 failures:30, or records:keep',
    buttons: [{ label: 'Status', command: 'status' }],
    form: null,
    footer: changedAt === null ? null : `set by ${changedBy ?? 'somebody'}, ${moment(changedAt, now)}`,
  };
}
