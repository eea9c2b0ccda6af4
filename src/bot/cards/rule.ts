import type { RuleRemoved } from '../../core/operations/alert/rule-change.js';
import type { RuleItem } from '../../core/operations/alert/rule-item.js';
import type { RuleResult } from '../../core/operations/alert/rules.js';
import type { Card } from '../card.js';
import { counted, moment, type Moment } from '../figures.js';
import { shownValue } from './rules.js';

/** One rule: when it fires, and who is told. */
export function ruleCard({ domain, rule }: RuleResult, _input: unknown, now: Moment): Card {
  const of = domain === null ? '' : ` domain:${domain}`;
  return {
    title: domain === null ? `Rule ${rule.name}` : `Rule ${rule.name} of ${domain}`,
    tone: rule.enabled ? 'neutral' : 'warning',
    verdict: rule.enabled
      ? `${rule.summary}.`
      : `It opens no alerts now. When enabled: ${lower(rule.summary)}.`,
    parts: [
      {
        type: 'table',
        title: 'Thresholds',
        columns: [
          { name: 'Name', align: 'left' },
          { name: 'Value', align: 'right' },
          { name: 'Default', align: 'right' },
          { name: 'Unit', align: 'left' },
          { name: 'Meaning', align: 'left' },
        ],
        rows: rule.thresholds.map(({ name, value, standard, unit, description }) => [
          name,
          shownValue(value, unit),
          value === standard ? 'as is' : shownValue(standard, unit),
          unit === 'fraction' ? 'part of the whole' : unit,
          description,
        ]),
        more: null,
      },
      { type: 'facts', facts: toldFacts(rule) },
    ],
    advice: `Change it such as: rule-set ${rule.name}${of} set:"${example(rule)}" severity:critical cooldown:48`,
    buttons: [
      { label: 'Try on the last 90 days', command: `rules-test ${rule.name}${of}` },
      rule.enabled
        ? { label: 'Disable', command: `rule-disable ${rule.name}${of}` }
        : { label: 'Enable', command: `rule-enable ${rule.name}${of}` },
      { label: 'Rules', command: 'rules' },
    ],
    form: null,
    footer:
      rule.changedAt === null
        ? null
        : `changed by ${rule.changedBy ?? 'somebody'}, ${moment(rule.changedAt, now)}${rule.domains.length === 0 ? '' : `; for ${rule.domains.slice(0, 3).join(', ')}${rule.domains.length > 3 ? ', …' : ''}`}`,
  };
}

function toldFacts(rule: RuleItem) {
  const list = (names: readonly string[]) => (names.length === 0 ? 'none' : names.join(', '));
  return [
    { name: 'Kind', value: rule.kind },
    { name: 'Severity', value: rule.severity },
    { name: 'Told to', value: rule.channels === null ? 'all channels that take all' : list(rule.channels) },
    { name: 'Cooldown', value: counted(rule.cooldownHours, 'hour') },
    {
      name: 'Escalation',
      value:
        rule.escalateMinutes === null
          ? 'none'
          : `after ${counted(rule.escalateMinutes, 'minute')}, to ${list(rule.escalateTo)}`,
    },
    {
      name: 'Reminder',
      value: rule.remindMinutes === null ? 'none' : `every ${counted(rule.remindMinutes, 'minute')}`,
    },
    { name: 'Owner', value: rule.owner ?? 'nobody' },
  ];
}

function example({ thresholds }: RuleItem): string {
  return thresholds
    .slice(0, 2)
    .map(({ name, standard, unit }) => `${name}=${shownValue(standard, unit).replaceAll(' ', '')}`)
    .join(' ');
}

function lower(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1);
}

/** What became of a rule that was taken away. */
export function ruleRemovedCard({ rule, domain, gone, changed }: RuleRemoved): Card {
  const where = domain === null ? '' : ` for ${domain}`;
  return {
    title: `Rule ${rule}`,
    tone: changed ? 'good' : 'neutral',
    verdict: !changed
      ? `Nothing was changed of it${where}.`
      : gone
        ? 'It was removed. Alerts that it opened end.'
        : `It is again as it was${where}.`,
    parts: [],
    advice: null,
    buttons: [
      { label: 'Rules', command: 'rules' },
      ...(gone ? [] : [{ label: 'Show it', command: `rule ${rule}` }]),
    ],
    form: null,
    footer: null,
  };
}
