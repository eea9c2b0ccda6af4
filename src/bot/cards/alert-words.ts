import type { Alert } from '../../core/alert/alert.js';
import type { Severity } from '../../core/alert/finding.js';
import { worstOf } from '../../core/alert/grouping.js';
import { kindOf } from '../../core/alert/kinds.js';
import { cutText } from '../../core/report/text.js';
import { ask } from '../ask.js';
import type { Button, Tone } from '../card.js';
import { percentText, count, counted, moment, type Moment } from '../figures.js';

/** Words and buttons that several cards of alerts share. */

/** Text of reports on a card. */
const LONGEST = 600;
const LONGEST_NAME = 120;
const SNOOZE_HOURS = 4;
const SUPPRESS_HOURS = 24;

/** `Alert 17: Spoofing burst, example.com`. */
export function titleOf(alert: Alert): string {
  return `Alert ${alert.id}: ${nameOf(alert)}${alert.domain === null ? '' : `, ${shortened(alert.domain, LONGEST_NAME)}`}`;
}

/** The rule as people read it: the title of its kind, with the name that somebody gave it. */
export function nameOf({ rule, kind }: Pick<Alert, 'rule' | 'kind'>): string {
  const title = kindOf(kind)?.title ?? kind;
  return rule === kind ? title : `${title} (${shortened(rule, LONGEST_NAME)})`;
}

/** Colour: how bad what is open is; somebody looks after it; it is over. */
export function toneOf(alert: Alert, members: readonly Alert[]): Tone {
  if (alert.state === 'resolved') return 'good';
  const worst = worstOf(alert, members);
  if (worst === 'info') return 'neutral';
  return worst === 'critical' && alert.state === 'open' ? 'bad' : 'warning';
}

/** `Open, critical`, `Acknowledged by Ada`, `Resolved by Ada`. */
export function stateOf({ state, acknowledged, resolved }: Alert, worst: Severity): string {
  if (state === 'resolved') return `Resolved${resolved === null ? '' : ` by ${resolved.by}`}`;
  if (state === 'open') return `Open, ${worst}`;
  return `Acknowledged${acknowledged === null ? '' : ` by ${acknowledged.by}`}, ${worst}`;
}

/** What happened, as its rule says it. */
export function saysOf({ finding }: Pick<Alert, 'finding'>): string {
  return shortened(finding.says, LONGEST);
}

/** A measure in its unit: `1,234 messages`, `12.3 %`. */
export function measured(value: number, unit: Alert['finding']['measure']['unit']): string {
  if (unit === 'fraction') return percentText(value * 100);
  const one = unit.slice(0, -1);
  return Number.isInteger(value) ? counted(value, one) : `${count(value)} ${unit}`;
}

/** What can be done to an alert in its state, most likely first. The state that was looked at goes with what changes it. */
export function actionsOf(alert: Alert): Button[] {
  const { id, state, version, domain, sender } = alert;
  const seen = (name: string, more: readonly string[] = []) =>
    ask(name, [String(id), ...more], { seen: version });
  if (state === 'resolved') return [{ label: 'Reopen', command: seen('reopen') }];
  const note = { name: 'note', label: 'What was done', optional: true };
  const snoozed = alert.snoozedUntil !== null;
  return [
    state === 'open'
      ? { label: 'Acknowledge', command: seen('acknowledge') }
      : { label: 'Unacknowledge', command: seen('unacknowledge') },
    { label: 'Resolve', command: seen('resolve'), asks: note },
    snoozed
      ? { label: 'End snooze', command: `snooze ${id} 0` }
      : { label: `Snooze ${SNOOZE_HOURS} h`, command: seen('snooze', [String(SNOOZE_HOURS)]) },
    { label: 'Assign to me', command: `assign ${id}` },
    ...(sender === null || domain === null ? [] : [{ label: 'This is ours', command: seen('ours') }]),
    {
      label: `Suppress ${SUPPRESS_HOURS} h`,
      command: ask('suppress', [], {
        rule: alert.rule,
        ...(domain !== null && { domain }),
        ...(sender !== null && { source: sender }),
        hours: SUPPRESS_HOURS,
      }),
      asks: { name: 'reason', label: 'Why', optional: true },
    },
  ];
}

/** `by Ada, 2026-03-15 12:00 UTC`. */
export function doneText({ at, by }: { readonly at: string; readonly by: string }, now: Moment): string {
  return `by ${by}, ${moment(at, now)}`;
}

/** The beginning of a text that is too long, with a mark that it goes on. */
export function shortened(text: string, limit: number): string {
  return text.length <= limit ? text : `${cutText(text, limit)}…`;
}
