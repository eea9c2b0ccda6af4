import type { AlertSubject, SubjectChange } from '../../core/operations/alert/subject.js';
import type { Card } from '../card.js';
import { moment, type Moment } from '../figures.js';
import { saysOf, shortened, titleOf, toneOf } from './alert-words.js';

const LONGEST_NOTE = 1_000;

/** The last change that deserves a message of its own, in short: it stands below the alert's card. */
export function alertReplyCard({ alert, members, change }: AlertSubject, now: Moment): Card {
  const note = change?.note ?? null;
  return {
    title: titleOf(alert),
    tone: toneOf(alert, members),
    verdict: change === null ? saysOf(alert) : sentenceOf(change, alert),
    parts: note === null ? [] : [{ type: 'text', text: shortened(note, LONGEST_NOTE) }],
    advice: null,
    buttons: [],
    form: null,
    footer: change === null ? null : moment(change.at, now),
  };
}

/** Who did what, in one sentence. */
export function sentenceOf(
  { kind, by }: Pick<SubjectChange, 'kind' | 'by'>,
  alert: AlertSubject['alert'],
): string {
  switch (kind) {
    case 'worse':
      return `It became worse: ${saysOf(alert)}`;
    case 'acknowledged':
      return `${by} looks after it.`;
    case 'unacknowledged':
      return `${by} took the acknowledgement back: it is open again.`;
    case 'resolved':
      return alert.resolved?.by === 'dmarc-ops' ? 'It is over.' : `${by} resolved it.`;
    case 'reopened':
      return `${by} opened it again.`;
    case 'woken':
      return 'It is not put off any more.';
    case 'escalated':
      return 'Nobody has acknowledged it yet.';
    case 'reminded':
      return `${alert.acknowledged?.by ?? 'Somebody'} acknowledged it, and it is still not resolved.`;
    case 'snoozed':
      return `${by} put it off.`;
    case 'assigned':
      return `${by} assigned it to ${alert.assignee?.name ?? 'somebody'}.`;
    case 'unassigned':
      return `${by} assigned it to nobody.`;
    case 'noted':
      return `${by} wrote a note.`;
    default:
      return saysOf(alert);
  }
}
