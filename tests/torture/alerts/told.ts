import { alertCard } from '../../../src/bot/cards/alert.js';
import { alertReplyCard } from '../../../src/bot/cards/alert-reply.js';
import type { Card } from '../../../src/bot/card.js';
import type { LoadSubjects, Told } from '../../../src/bot/delivery/subject.js';
import { SUBJECTS } from '../../../src/bot/delivery/subjects.js';
import type { Severity } from '../../../src/core/alert/finding.js';
import { loadSubjects, planOf } from '../../../src/core/operations/alert/subject.js';

/** What stands in the place of an alert's footer: what was known when its card was drawn. */
export interface Mark {
  readonly alert: number;
  readonly version: number;
  readonly notable: number;
  /** When it was loaded, by the shared clock and by the machine's. */
  readonly loadedAt: string;
  readonly loadedReal: number;
  /** The alert and those on its card that are not resolved. */
  readonly on: readonly {
    readonly id: number;
    readonly rule: string;
    readonly severity: Severity;
    readonly domain: string | null;
    readonly sender: string | null;
  }[];
}

/** Alerts as they are told, with a mark on each card: otherwise as src/bot/delivery/alert-subject.ts does it. */
const markedAlerts: LoadSubjects = async (context, ids) => {
  const loadedAt = context.now().toISOString();
  const loadedReal = Date.now();
  const subjects = await loadSubjects(context, ids);
  return new Map(
    [...subjects].map(([id, subject]): [number, Told] => {
      const { alert, members } = subject;
      const on = [alert, ...members.filter(({ state }) => state !== 'resolved')];
      const mark: Mark = {
        alert: id,
        version: alert.version,
        notable: alert.notableVersion,
        loadedAt,
        loadedReal,
        on: on.map(({ id: own, rule, severity, domain, sender }) => ({
          id: own,
          rule,
          severity,
          domain,
          sender,
        })),
      };
      const marked = (card: Card): Card => ({ ...card, footer: JSON.stringify(mark) });
      return [
        id,
        {
          version: alert.version,
          notableVersion: alert.notableVersion,
          plan: (channel, shown, now) => planOf(subject, channel, shown, now),
          card: (_channel, now) => marked(alertCard(subject, now)),
          replyCard: (_channel, now) => marked(alertReplyCard(subject, now)),
          mentions: subject.mentions,
          alert,
          change: subject.change,
        },
      ];
    }),
  );
};

export const MARKED_SUBJECTS = { ...SUBJECTS, alert: markedAlerts };

/** The mark of a card; null for what is about no alert. */
export function markOf({ footer }: Card): Mark | null {
  return footer?.startsWith('{') === true ? (JSON.parse(footer) as Mark) : null;
}
