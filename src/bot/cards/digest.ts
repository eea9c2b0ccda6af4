import type { Action } from '../../core/digest/actions.js';
import type { DigestContent, NewSender, Section } from '../../core/digest/content.js';
import { ask } from '../ask.js';
import type { Button, Card, CardPart, Table } from '../card.js';
import { change, count, counted, percent, period, pointsChange, type Moment } from '../figures.js';
import { completenessFacts } from './completeness.js';
import { daysChart, figureFacts, footer } from './parts.js';
import { follow } from './questions.js';
import { stepAdvice } from './step.js';
import { toneOf, verdictOf } from './summary.js';
import { shortTable } from './tables.js';

const TITLES = { daily: 'Daily digest', weekly: 'Weekly digest', monthly: 'Monthly digest' } as const;

/** A digest as it is posted: what passes, what changed, what to do, and how complete it is. */
export function digestCard(content: DigestContent, now: Moment, remark: string | null = null): Card {
  const title = `${TITLES[content.period]} of ${subjectOf(content)}`;
  const { domainIds, range } = content;
  if (domainIds.length === 0)
    return {
      title,
      tone: 'neutral',
      verdict: 'No domain is claimed, so there is nothing to tell.',
      parts: [],
      advice: 'Claim a domain, such as: claim example.com',
      buttons: [{ label: 'Domains', command: 'domains' }],
      form: null,
      footer: footer(range, {}, now, remark),
    };
  return {
    title,
    tone: toneOf(verdictFacts(content)),
    verdict: content.sections.includes('verdict')
      ? verdictOf(verdictFacts(content))
      : `${period(range, now)}.`,
    parts: content.sections.flatMap((section) => PARTS[section](content)),
    advice: null,
    buttons: buttonsOf(content),
    form: null,
    footer: footer(range, {}, now, remark),
  };
}

/** `example.com`, or `12 domains`. */
function subjectOf({ domain, domainIds }: DigestContent): string {
  return domain ?? counted(domainIds.length, 'domain');
}

function verdictFacts({ figures, policy, newFailing }: DigestContent): Parameters<typeof verdictOf>[0] {
  return { figures, policy, newFailing: { length: newFailing } };
}

const PARTS: Readonly<Record<Section, (content: DigestContent) => CardPart[]>> = {
  verdict: verdictParts,
  changes: (content) => [{ type: 'text', text: changesText(content) }],
  actions: actionParts,
  senders: senderParts,
  alerts: alertParts,
  charts: ({ series }) => daysChart(series),
  completeness: ({ completeness, reporters }) => [
    {
      type: 'facts',
      facts: [{ name: 'Reporters', value: count(reporters) }, ...completenessFacts(completeness)],
    },
  ],
};

function verdictParts({ figures, changes, worst }: DigestContent): CardPart[] {
  if (figures.messages === 0) return [];
  const rows = worst.map(({ domain, figures: own }) => ({ name: domain, figures: own }));
  return [
    { type: 'facts', facts: figureFacts(figures, changes.compared) },
    ...(rows.length === 0 ? [] : [shortTable('Domains with most failing messages', 'Domain', rows)]),
  ];
}

/** Days that are still coming in would look like a loss: messages are compared over whole days, shares over all. */
function changesText({ figures, range, changes }: DigestContent): string {
  const { compared, before, policies, domains, alerts } = changes;
  const points = pointsChange(
    { part: figures.dmarcPass, of: figures.messages },
    { part: before.dmarcPass, of: before.messages },
  );
  const sentences = [
    compared === null || compared.before.messages === 0
      ? null
      : `Messages: ${change(compared.figures.messages, compared.before.messages)} on the ${counted(compared.days, 'day')} before.`,
    points === null
      ? `There was no mail in the ${counted(range.days, 'day')} before.`
      : `Share that passes: ${points} (${percent(before.dmarcPass, before.messages)} before).`,
    ...policies.map(({ domain, from, to }) => `${domain} went from p=${from} to p=${to}.`),
    domainsText(domains),
    alertsText(alerts),
  ];
  return `What changed: ${sentences.filter((sentence) => sentence !== null).join(' ')}`;
}

function domainsText(domains: DigestContent['changes']['domains']): string | null {
  if (domains === null || (domains.added === 0 && domains.gone === 0)) return null;
  const parts = [
    domains.added === 0 ? null : `${counted(domains.added, 'domain')} more`,
    domains.gone === 0 ? null : `${counted(domains.gone, 'domain')} less`,
  ];
  return `It tells of ${parts.filter((part) => part !== null).join(' and ')} than the one before.`;
}

function alertsText({ opened, resolved }: DigestContent['changes']['alerts']): string {
  if (opened === 0 && resolved === 0) return 'No alert was opened or resolved.';
  return `${counted(opened, 'alert')} opened, ${count(resolved)} resolved.`;
}

function actionParts({ actions, range, domain }: DigestContent): CardPart[] {
  if (actions.length === 0) return [{ type: 'text', text: 'To do: nothing stands out.' }];
  return [
    { type: 'text', text: 'To do:' },
    {
      type: 'facts',
      facts: actions.map((action, at) => ({
        name: `${at + 1}.`,
        value: actionText(action, range, domain !== null),
      })),
    },
  ];
}

function actionText(action: Action, range: DigestContent['range'], one: boolean): string {
  if (action.kind === 'alert') {
    const { id, domain, fix } = action.alert;
    return `${domain === null || one ? '' : `${domain}: `}${fix} (alert ${id})`;
  }
  return `${one ? '' : `${action.domain}: `}${stepText(action, range)}`;
}

function stepText(
  { step, domain }: Extract<Action, { kind: 'step' }>,
  range: DigestContent['range'],
): string {
  switch (step.code) {
    case 'get-reports':
      return 'No report came: check that the rua address of the DMARC record leads here.';
    case 'keep-watching':
      return 'Nothing to do.';
    default:
      return stepAdvice(step, domain, range).advice;
  }
}

function senderParts({ senders, domain }: DigestContent): CardPart[] {
  if (senders.length === 0) return [{ type: 'text', text: 'No new senders stand out.' }];
  const nameOf = (one: NewSender) => (domain === null ? `${one.source} for ${one.domain}` : one.source);
  const rows = senders.map((one) => ({
    name: nameOf(one),
    figures: one.figures,
    note: one.failing ? 'fails' : '',
  }));
  return [shortTable('New senders', 'Source', rows)];
}

function alertParts({ alerts }: DigestContent): CardPart[] {
  if (alerts.count === 0) return [{ type: 'text', text: 'No open alerts.' }];
  const more = alerts.count - alerts.items.length;
  const table: Table = {
    type: 'table',
    title: 'Open alerts',
    columns: [
      { name: 'Alert', align: 'right' },
      { name: 'Severity', align: 'left' },
      { name: 'State', align: 'left' },
      { name: 'Domain', align: 'left' },
      { name: 'What', align: 'left' },
    ],
    rows: alerts.items.map(({ id, severity, state, domain, says }) => [
      String(id),
      severity,
      state,
      domain ?? '–',
      says,
    ]),
    more: more === 0 ? null : `${counted(more, 'further alert')}.`,
  };
  return [table];
}

function buttonsOf({ actions, alerts, domain, range }: DigestContent): Button[] {
  const buttons = [
    ...actions.flatMap((action) => actionButton(action, range)),
    domain === null
      ? { label: 'Domains', command: ask('domains', [], { from: range.from, to: range.to }) }
      : follow('Summary', 'summary', domain, range, {}),
    ...(alerts.count === 0 ? [] : [{ label: 'Alerts', command: 'alerts' }]),
  ];
  return buttons.filter(({ command }, at) => buttons.findIndex((one) => one.command === command) === at);
}

function actionButton(action: Action, range: DigestContent['range']): Button[] {
  if (action.kind === 'alert')
    return [{ label: `Alert ${action.alert.id}`, command: ask('alert', [String(action.alert.id)]) }];
  const { step, domain } = action;
  if (step.code === 'get-reports') return [{ label: 'Status', command: 'status' }];
  return step.code === 'keep-watching' ? [] : [stepAdvice(step, domain, range).button];
}
