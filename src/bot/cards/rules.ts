import type { RuleItem, ThresholdItem } from '../../core/operations/alert/rule-item.js';
import type { RulesResult } from '../../core/operations/alert/rules.js';
import type { Card } from '../card.js';
import { counted } from '../figures.js';

/** All rules, and what each is set to. */
export function rulesCard({ domain, items }: RulesResult): Card {
  const off = items.filter(({ enabled }) => !enabled).length;
  const many = counted(items.length, 'rule');
  return {
    title: domain === null ? 'Rules' : `Rules of ${domain}`,
    tone: 'neutral',
    verdict: off === 0 ? `${many}, all enabled.` : `${many}, of which ${off} open no alerts.`,
    parts: [
      {
        type: 'table',
        title: null,
        columns: ['Rule', 'State', 'Severity', 'Thresholds', 'Changed for'].map((name) => ({
          name,
          align: 'left',
        })),
        rows: items.map((item) => [
          item.made ? `${item.name} (${item.kind})` : item.name,
          item.enabled ? 'on' : 'off',
          item.severity,
          item.thresholds.map(short).join(', '),
          changedFor(item),
        ]),
        more: null,
      },
    ],
    advice: 'Show one: rule failure-rate. Change it: rule-set failure-rate set:"share=25% days=5"',
    buttons: [
      {
        label: 'Try on the last 90 days',
        command: domain === null ? 'rules-test' : `rules-test domain:${domain}`,
      },
      { label: 'Channels', command: 'channels' },
    ],
    form: null,
    footer: null,
  };
}

function short({ name, value, unit }: ThresholdItem): string {
  return `${name} ${shownValue(value, unit)}`;
}

/** A threshold with its unit, as people read it: fractions in percent. */
export function shownValue(value: number | string, unit: string): string {
  if (typeof value === 'string') return value;
  return unit === 'fraction' ? `${Math.round(value * 1000) / 10} %` : String(value);
}

function changedFor({ changedAt, domains }: RuleItem): string {
  if (changedAt === null) return '';
  const [first] = domains;
  if (first === undefined) return 'all';
  return domains.length === 1 ? first : counted(domains.length, 'domain');
}
