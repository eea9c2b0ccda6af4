import type { RulesTestResult } from '../../core/operations/alert/rules-test.js';
import type { Card } from '../card.js';
import { counted } from '../figures.js';

/** Rows of the table: more are in the JSON. */
const LISTED = 25;

/** What rules would have said of the past. */
export function rulesTestCard({ range, rule, domains, otherDomains, items, more }: RulesTestResult): Card {
  const all = items.length + more;
  const about = domains === 1 ? 'one domain' : counted(domains, 'domain');
  return {
    title: rule === null ? 'Rules on the past' : `Rule ${rule} on the past`,
    tone: 'neutral',
    verdict: `${all === 0 ? 'No alert' : counted(all, 'alert')} in ${counted(range.days, 'day')} of ${about}, as rules are set now.`,
    parts:
      items.length === 0
        ? []
        : [
            {
              type: 'table',
              title: null,
              columns: ['From', 'Until', 'Rule', 'Domain', 'What'].map((name) => ({ name, align: 'left' })),
              rows: items
                .slice(0, LISTED)
                .map((one) => [one.firstDay, one.lastDay, one.rule, one.domain ?? 'all', one.says]),
              more: all > LISTED ? `${all - LISTED} earlier ones are not shown.` : null,
            },
          ],
    advice:
      otherDomains > 0
        ? `${counted(otherDomains, 'domain')} not looked at; name one: rules-test domain:example.com`
        : null,
    buttons: [{ label: 'Rules', command: 'rules' }],
    form: null,
    footer: `${range.from} to ${range.to} (UTC), with all reports that came since`,
  };
}
