import type { Alert } from './alert.js';

/** When the clock alone does something to an alert, as its rule has it; null for never. Minutes. */
export interface StepSettings {
  readonly escalateMinutes: number | null;
  readonly remindMinutes: number | null;
}

/** What the clock does to an alert. */
export type Step = 'wake' | 'escalate' | 'remind';

const MINUTE_MS = 60_000;

/** When the clock has to look at an alert again that just came into this state; null for never. ISO 8601. */
export function nextStepAt(
  alert: Pick<Alert, 'state' | 'snoozedUntil' | 'escalation'>,
  settings: StepSettings,
  now: Date,
): string | null {
  if (alert.state === 'resolved') return null;
  if (alert.snoozedUntil !== null) return alert.snoozedUntil;
  const minutes = waitOf(alert, settings);
  return minutes === null ? null : new Date(now.getTime() + minutes * MINUTE_MS).toISOString();
}

/** The same where its rule was changed: counted from when it came into this state, and at once where that has passed. */
export function recountedAt(
  alert: Pick<Alert, 'state' | 'snoozedUntil' | 'escalation'>,
  settings: StepSettings,
  begun: Date,
  now: Date,
): string | null {
  const next = nextStepAt(alert, settings, begun);
  const at = now.toISOString();
  return next !== null && next < at ? at : next;
}

/** What is due for an alert whose time has come; null where there is nothing to be done any more. */
export function dueStep(
  alert: Pick<Alert, 'state' | 'snoozedUntil' | 'escalation'>,
  settings: StepSettings,
  now: Date,
): Step | null {
  if (alert.state === 'resolved') return null;
  if (alert.snoozedUntil !== null) return alert.snoozedUntil <= now.toISOString() ? 'wake' : null;
  if (waitOf(alert, settings) === null) return null;
  return alert.state === 'open' ? 'escalate' : 'remind';
}

/** An open alert is escalated once, of an acknowledged one people are reminded again and again. */
function waitOf(
  { state, escalation }: Pick<Alert, 'state' | 'escalation'>,
  { escalateMinutes, remindMinutes }: StepSettings,
): number | null {
  if (state === 'acknowledged') return remindMinutes;
  return state === 'open' && escalation === 0 ? escalateMinutes : null;
}
