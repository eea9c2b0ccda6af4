import type { AlertState } from '../../../src/core/alert/alert.js';
import type { Happened } from './happened.js';
import type { AlertRow, EventRow, Rows } from './rows.js';

/** The states in which each line may be written, and the one after it where it is another. Not the product's own table. */
const PATHS: Readonly<Record<string, { readonly in: readonly AlertState[]; readonly to?: AlertState }>> = {
  acknowledged: { in: ['open'], to: 'acknowledged' },
  unacknowledged: { in: ['acknowledged'], to: 'open' },
  resolved: { in: ['open', 'acknowledged'], to: 'resolved' },
  reopened: { in: ['resolved'], to: 'open' },
  worse: { in: ['open', 'acknowledged'] },
  snoozed: { in: ['open', 'acknowledged'] },
  woken: { in: ['open', 'acknowledged'] },
  assigned: { in: ['open', 'acknowledged'] },
  unassigned: { in: ['open', 'acknowledged'] },
  noted: { in: ['open', 'acknowledged', 'resolved'] },
  escalated: { in: ['open'] },
  reminded: { in: ['acknowledged'] },
  promoted: { in: ['open', 'acknowledged'] },
};

/** What these end or put off has to be seen first. */
const QUIETING = ['acknowledge', 'resolve', 'snooze'];
const DONE_BY: Readonly<Record<string, string>> = {
  acknowledge: 'acknowledged',
  unacknowledge: 'unacknowledged',
  resolve: 'resolved',
  reopen: 'reopened',
  snooze: 'snoozed',
};

/** Whether each history is a path that there is, ends where its alert stands, and was not changed by late clicks. */
export function histories({ alerts, events }: Rows, { clicks }: Happened): string[] {
  const byAlert = new Map<number, EventRow[]>();
  for (const event of events) byAlert.set(event.alert, [...(byAlert.get(event.alert) ?? []), event]);
  const wrong = alerts.flatMap((alert) => {
    const problem = problemOf(alert, byAlert.get(alert.id) ?? []);
    return problem === null ? [] : [`the history of alert ${alert.id}: ${problem}`];
  });
  const late = clicks.flatMap(({ alert, click, seen, version }) => {
    const before = (byAlert.get(alert) ?? []).filter((event) => event.version <= version);
    const own = before.findLast(({ kind }) => kind === DONE_BY[click]);
    const newer = before.find(
      ({ version: at, kind }) =>
        seen !== null &&
        at > seen &&
        at < (own?.version ?? version) &&
        (PATHS[kind]?.to !== undefined || (kind === 'worse' && QUIETING.includes(click))),
    );
    return newer === undefined
      ? []
      : [`${click} of alert ${alert}, pressed on version ${seen}, was done after it was ${newer.kind}`];
  });
  return [...wrong, ...late];
}

function problemOf(alert: AlertRow, events: readonly EventRow[]): string | null {
  const [first, ...rest] = events;
  if (first?.kind !== 'opened') return 'it does not begin with its opening';
  let state: AlertState = 'open';
  let version = first.version;
  for (const event of rest) {
    const path = PATHS[event.kind];
    if (path === undefined || !path.in.includes(state)) return `it was ${event.kind} while it was ${state}`;
    if (event.version <= version) return `version ${event.version} follows ${version}`;
    state = path.to ?? state;
    version = event.version;
  }
  if (state !== alert.state) return `it ends ${state}, and the alert is ${alert.state}`;
  return version <= alert.version
    ? null
    : `it ends with version ${version}, and the alert has ${alert.version}`;
}
