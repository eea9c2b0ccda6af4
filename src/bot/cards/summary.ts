import type { SummaryResult } from '../../core/operations/summary.js';
import type { Asked } from '../ask.js';
import { ask } from '../ask.js';
import type { Button, Card, CardPart, Fact, Tone } from '../card.js';
import { count, dayText, type Moment } from '../figures.js';
import { daysChart, figureFacts, footer, noMessagesCard, passSentence, passTone, subject } from './parts.js';
import { filtersOf, follow, periodButtons } from './questions.js';
import { policySentence, policyText } from './policy.js';
import { stepAdvice } from './step.js';
import { completenessFacts } from './completeness.js';
import { shortTable, sourceName } from './tables.js';

/** How well a domain, or all of them, does: verdict, figures, days, who sends most, and what to do. */
export function summaryCard(result: SummaryResult, input: Asked, now: Moment): Card {
  const title = `Summary of ${subject(result.domain)}`;
  if (result.figures.messages === 0) return emptyCard(title, result, input, now);
  const step = nextStepOf(result, input);
  return {
    title,
    tone: toneOf(result),
    verdict: verdictOf(result),
    parts: [
      {
        type: 'facts',
        facts: [...figureFacts(result.figures, result.compared), ...furtherFacts(result, now)],
      },
      ...daysChart(result.series),
      ...topTable(result),
    ],
    advice: step.advice,
    buttons: [
      ...step.buttons,
      ...(result.domain === null
        ? [{ label: 'Domains', command: 'domains' }]
        : [follow('Sources', 'sources', result.domain, result.range, input)]),
      follow('Failures', 'failures', result.domain, result.range, input),
      follow('Reporters', 'reporters', result.domain, result.range, input),
      ...periodButtons('summary', [result.domain], result.range, input),
    ],
    form: null,
    footer: footer(result.range, input, now),
  };
}

function emptyCard(title: string, result: SummaryResult, input: Asked, now: Moment): Card {
  const older = {
    label: '1 year',
    command: ask('summary', [result.domain], { ...filtersOf(input), days: 365 }),
  };
  return noMessagesCard({
    title,
    of: subject(result.domain),
    range: result.range,
    input,
    now,
    lastReport: result.lastReceived,
    silence: result.silence,
    buttons:
      result.lastReceived === null
        ? [{ label: 'Status', command: 'status' }]
        : [older, { label: 'Status', command: 'status' }],
  });
}

interface Fresh {
  readonly newFailing: { readonly length: number };
}

/** The colour of such an answer. */
export function toneOf(result: Pick<SummaryResult, 'figures' | 'policy'> & Fresh): Tone {
  const tone = passTone(result.figures);
  const worry = result.newFailing.length > 0 || result.policy?.p === 'none';
  return tone === 'good' && worry ? 'warning' : tone;
}

/** The answer in a few sentences: what passes, new senders that fail, and what the policy means for them. */
export function verdictOf(result: Pick<SummaryResult, 'figures' | 'policy'> & Fresh): string {
  const failing = result.newFailing.length;
  return [
    passSentence(result.figures),
    failing === 0
      ? null
      : `${failing === 1 ? 'One new sender fails' : `${count(failing)} new senders fail`}.`,
    policySentence(result.policy),
  ]
    .filter((sentence) => sentence !== null)
    .join(' ');
}

function furtherFacts(result: SummaryResult, now: Moment): Fact[] {
  const { policy, completeness } = result;
  const facts: Fact[] = [];
  if (policy !== null)
    facts.push({ name: 'Policy', value: policyText(policy), note: `as of ${dayText(policy.day, now)}` });
  const top = result.topReporters.slice(0, 3).map(({ reporter }) => reporter);
  facts.push({ name: 'Reporters', value: count(result.reporters), note: `mostly ${top.join(', ')}` });
  facts.push(...completenessFacts(completeness));
  return facts;
}

function topTable(result: SummaryResult): CardPart[] {
  if (result.domain === null) {
    const rows = result.topDomains.map(({ domain, figures }) => ({ name: domain, figures }));
    return [shortTable('Domains with most failing messages', 'Domain', rows)];
  }
  const rows = result.topSources.map(({ source, figures, isNew }) => ({
    name: sourceName(source),
    figures,
    note: isNew ? 'new' : '',
  }));
  return [shortTable('Top sources', 'Source', rows)];
}

function nextStepOf(result: SummaryResult, input: Asked): { advice: string | null; buttons: Button[] } {
  const step = result.nextStep;
  const { domain, range } = result;
  if (step === null || step.code === 'get-reports' || step.code === 'keep-watching') {
    const [worst] = result.topDomains;
    if (domain !== null || worst === undefined || worst.figures.dmarcPass === worst.figures.messages)
      return { advice: null, buttons: [] };
    const button = follow(worst.domain, 'summary', worst.domain, range, input);
    return { advice: `Look at ${worst.domain}: most failing messages are in its name.`, buttons: [button] };
  }
  const { advice, button } = stepAdvice(step, domain, range);
  return { advice, buttons: [button] };
}
