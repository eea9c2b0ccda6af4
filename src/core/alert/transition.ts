import type { Alert, AlertState, Done } from './alert.js';
import type { Severity } from './finding.js';

/** Who does something to an alert. */
export interface AlertActor {
  /** Such as `user:3`, or `system`. */
  readonly id: string;
  readonly name: string;
}

export const SYSTEM: AlertActor = { id: 'system', name: 'dmarc-ops' };

/** What somebody, or the clock, wants to be done to an alert. */
export type Intent =
  | { readonly do: 'acknowledge'; readonly note?: string | undefined }
  | { readonly do: 'unacknowledge'; readonly note?: string | undefined }
  | { readonly do: 'resolve'; readonly note?: string | undefined }
  | { readonly do: 'reopen'; readonly note?: string | undefined }
  /** `until` is ISO 8601 in UTC. */
  | { readonly do: 'snooze'; readonly until: string; readonly note?: string | undefined }
  /** A snooze ends, by the clock or because somebody says so. */
  | { readonly do: 'wake'; readonly note?: string | undefined }
  | { readonly do: 'assign'; readonly to: Alert['assignee']; readonly note?: string | undefined }
  | { readonly do: 'note'; readonly note: string }
  /** Nobody acknowledged it in time; `channels` are told of it from now on. */
  | { readonly do: 'escalate'; readonly channels: readonly number[] }
  /** Somebody acknowledged it and it is still not resolved. */
  | { readonly do: 'remind' };

/** Kinds of lines in an alert's history. */
export const EVENT_KINDS = [
  'opened',
  'worse',
  'acknowledged',
  'unacknowledged',
  'resolved',
  'reopened',
  'snoozed',
  'woken',
  'assigned',
  'unassigned',
  'noted',
  'escalated',
  'reminded',
  'promoted',
] as const;
export type EventKind = (typeof EVENT_KINDS)[number];

/** Kinds of changes that deserve a message of their own. */
export const NOTABLE_EVENTS: readonly EventKind[] = [
  'opened',
  'worse',
  'acknowledged',
  'unacknowledged',
  'resolved',
  'reopened',
  'woken',
  'escalated',
  'reminded',
  'promoted',
];

/** Kinds after which an alert is in another state than before. */
export const STATE_EVENTS: readonly EventKind[] = ['acknowledged', 'unacknowledged', 'resolved', 'reopened'];

/** A line of an alert's history that is still to be written. */
export interface NewEvent {
  readonly kind: EventKind;
  readonly note: string | null;
  readonly details: Readonly<Record<string, unknown>>;
}

/** What becomes of an alert. */
export interface Change {
  readonly after: Alert;
  readonly event: NewEvent;
}

/** Why nothing becomes of it. */
export interface Refusal {
  readonly refused: RefusalCode;
  /** One or two sentences for who wanted it. */
  readonly says: string;
}

export type RefusalCode =
  | 'already-acknowledged'
  | 'already-resolved'
  | 'not-acknowledged'
  | 'not-resolved'
  | 'not-snoozed'
  | 'already-assigned'
  | 'not-assigned'
  | 'time-passed';

/** The states that an intent finds, and the one that it leaves; what is not here leaves the state as it is. */
export const STATES_BY_INTENT: Readonly<
  Partial<Record<Intent['do'], { readonly from: readonly AlertState[]; readonly to: AlertState }>>
> = {
  acknowledge: { from: ['open'], to: 'acknowledged' },
  unacknowledge: { from: ['acknowledged'], to: 'open' },
  resolve: { from: ['open', 'acknowledged'], to: 'resolved' },
  reopen: { from: ['resolved'], to: 'open' },
};

/** What becomes of an alert by an intent, or why nothing does. Who comes late is told who was first. */
export function transition(alert: Alert, intent: Intent, actor: AlertActor, now: Date): Change | Refusal {
  const refusal = refusalOf(alert, intent, now);
  if (refusal !== null) return refusal;
  const done: Done = { at: now.toISOString(), by: actor.name };
  return ofState(alert, intent, done) ?? ofRest(alert, intent);
}

function ofState(alert: Alert, { do: what, ...intent }: Intent, done: Done): Change | null {
  const note = 'note' in intent ? intent.note : undefined;
  switch (what) {
    case 'acknowledge':
      return told(alert, 'acknowledged', note, { state: 'acknowledged', acknowledged: done });
    case 'unacknowledge':
      return told(alert, 'unacknowledged', note, { state: 'open', acknowledged: null, escalation: 0 });
    case 'resolve':
      return told(alert, 'resolved', note, { state: 'resolved', resolved: done, snoozedUntil: null });
    case 'reopen':
      return told(alert, 'reopened', note, { state: 'open', ...AS_NEW });
    default:
      return null;
  }
}

const AS_NEW = { acknowledged: null, resolved: null, clearSince: null, escalation: 0 };

function ofRest(alert: Alert, intent: Intent): Change {
  switch (intent.do) {
    case 'snooze':
      return shown(alert, 'snoozed', intent.note, { snoozedUntil: intent.until }, { until: intent.until });
    case 'wake':
      return told(alert, 'woken', intent.note, { snoozedUntil: null });
    case 'assign': {
      const kind = intent.to === null ? 'unassigned' : 'assigned';
      return shown(alert, kind, intent.note, { assignee: intent.to }, { to: intent.to?.name ?? null });
    }
    case 'escalate': {
      const { channels } = intent;
      return told(alert, 'escalated', undefined, { escalation: alert.escalation + 1 }, { channels });
    }
    case 'remind':
      return told(alert, 'reminded', undefined, {});
    default:
      return shown(alert, 'noted', intent.note, {});
  }
}

/** The alert after a worse finding than the last, which deserves a message of its own. */
export function worsened(alert: Alert, severity: Severity): Change {
  return told(alert, 'worse', undefined, { severity }, { from: alert.severity, to: severity });
}

/** The alert with something else that its card shows, which deserves no message. */
export function redrawn(alert: Alert, changes: Partial<Alert> = {}): Alert {
  return { ...alert, ...changes, version: alert.version + 1 };
}

/** The alert with something new that deserves a message of its own. */
export function retold(alert: Alert, changes: Partial<Alert> = {}): Alert {
  return { ...redrawn(alert, changes), notableVersion: alert.version + 1 };
}

/** `2026-03-15 12:00 UTC`. */
export function timeText(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
}

function told(
  alert: Alert,
  kind: EventKind,
  note: string | undefined,
  changes: Partial<Alert>,
  details: NewEvent['details'] = {},
): Change {
  return { after: retold(alert, changes), event: { kind, note: note ?? null, details } };
}

function shown(
  alert: Alert,
  kind: EventKind,
  note: string | undefined,
  changes: Partial<Alert>,
  details: NewEvent['details'] = {},
): Change {
  return { after: redrawn(alert, changes), event: { kind, note: note ?? null, details } };
}

function refusalOf(alert: Alert, intent: Intent, now: Date): Refusal | null {
  const { id, state, assignee } = alert;
  const states = STATES_BY_INTENT[intent.do];
  if (states !== undefined && !states.from.includes(state)) return wrongState(alert, intent.do);
  // A resolved alert takes notes, and is opened again by reopen alone.
  if (state === 'resolved' && intent.do !== 'reopen' && intent.do !== 'note')
    return wrongState(alert, intent.do);
  switch (intent.do) {
    case 'snooze':
      return intent.until > now.toISOString()
        ? null
        : refused('time-passed', `${timeText(intent.until)} has passed; snooze it until a later time.`);
    case 'wake':
      return alert.snoozedUntil === null ? refused('not-snoozed', `Alert ${id} is not snoozed.`) : null;
    case 'assign':
      if (intent.to === null)
        return assignee === null ? refused('not-assigned', `Alert ${id} is assigned to nobody.`) : null;
      return intent.to.id === assignee?.id
        ? refused('already-assigned', `Alert ${id} is already assigned to ${assignee.name}.`)
        : null;
    case 'escalate':
      return state === 'acknowledged' ? wrongState(alert, intent.do) : null;
    case 'remind':
      return state === 'open' ? wrongState(alert, intent.do) : null;
    default:
      return null;
  }
}

function wrongState({ id, state, acknowledged, resolved }: Alert, wanted: Intent['do']): Refusal {
  if (state === 'resolved')
    return refused(
      'already-resolved',
      `Alert ${id} was already resolved${byWhom(resolved)}. To open it again: reopen ${id}`,
    );
  if (wanted === 'reopen')
    return refused(
      'not-resolved',
      state === 'open'
        ? `Alert ${id} is open; there is nothing to reopen.`
        : `Alert ${id} is not resolved: it was acknowledged${byWhom(acknowledged)}.`,
    );
  if (state === 'acknowledged')
    return refused('already-acknowledged', `Alert ${id} was already acknowledged${byWhom(acknowledged)}.`);
  return refused('not-acknowledged', `Alert ${id} is not acknowledged; it is open.`);
}

function byWhom(done: Done | null): string {
  return done === null ? '' : ` by ${done.by} at ${timeText(done.at)}`;
}

function refused(code: RefusalCode, says: string): Refusal {
  return { refused: code, says };
}
