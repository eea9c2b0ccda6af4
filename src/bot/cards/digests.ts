import type { PreviewResult } from '../../core/operations/digest/preview.js';
import type { DigestsResult } from '../../core/operations/digest/subscribe.js';
import type { SubscriptionItem } from '../../core/operations/digest/subscription.js';
import { ask, type Asked } from '../ask.js';
import type { Card, CardPart } from '../card.js';
import { counted, dayText, moment, type Moment } from '../figures.js';
import { digestCard } from './digest.js';
import { nextButton } from './questions.js';

/** Domains named; more are counted. */
const NAMED = 3;
/** Parts of a digest. */
const SECTIONS = 7;

/** Digests that come, a page of them. */
export function digestsCard({ items, next }: DigestsResult, input: Asked, now: Moment): Card {
  const [first] = items;
  return {
    title: 'Digests',
    tone: 'neutral',
    verdict: items.length === 0 ? 'No digest comes yet.' : `${counted(items.length, 'digest')}.`,
    parts: first === undefined ? [] : [tableOf(items, next, now)],
    advice:
      first === undefined ? 'Have one come here: digest-add weekly time:09:00 zone:Europe/Berlin' : null,
    buttons: [
      ...nextButton('digests', [], input, next),
      { label: 'Preview', command: ask('digest-preview', [first === undefined ? null : String(first.id)]) },
      { label: 'Channels', command: 'channels' },
    ],
    form: null,
    footer: null,
  };
}

function tableOf(items: readonly SubscriptionItem[], next: string | null, now: Moment): CardPart {
  return {
    type: 'table',
    title: null,
    columns: ['Digest', 'Channel', 'When', 'About', 'Next'].map((name) => ({ name, align: 'left' })),
    rows: items.map((item) => [
      String(item.id),
      item.channel,
      whenText(item),
      aboutText(item),
      item.nextAt === null ? 'off' : moment(item.nextAt, now),
    ]),
    more: next === null ? null : 'There are more.',
  };
}

/** A digest that comes from now on. */
export function digestAddedCard(item: SubscriptionItem, _input: unknown, now: Moment): Card {
  return {
    ...itemCard(`Digest ${item.id}`, 'good', `Digest ${item.id} comes to ${item.channel} ${whenText(item)}.`),
    parts: factsOf(item, now),
    buttons: [...actionButtons(item), { label: 'Digests', command: 'digests' }],
  };
}

/** A digest after a change. */
export function digestSetCard(item: SubscriptionItem, _input: unknown, now: Moment): Card {
  return {
    ...itemCard(
      `Digest ${item.id} is changed`,
      'good',
      item.enabled
        ? `Digest ${item.id} comes to ${item.channel} ${whenText(item)}.`
        : `Digest ${item.id} is off; digest-set ${item.id} enabled:yes turns it on again.`,
    ),
    parts: factsOf(item, now),
    buttons: [...actionButtons(item), { label: 'Digests', command: 'digests' }],
  };
}

/** That a digest comes no more. */
export function digestRemovedCard({ id, channel }: SubscriptionItem): Card {
  return {
    ...itemCard(
      `Digest ${id} is removed`,
      'good',
      `Nothing of digest ${id} comes to ${channel} any more; what was posted stays.`,
    ),
    buttons: [{ label: 'Digests', command: 'digests' }],
  };
}

/** A digest as it would be now. */
export function digestPreviewCard(
  { subscription, content }: PreviewResult,
  _input: unknown,
  now: Moment,
): Card {
  return digestCard(content, now, subscription === null ? 'preview' : `preview of digest ${subscription}`);
}

/** `every Monday at 09:00 (Europe/Berlin)`. */
function whenText({ frequency, weekday, day, time, zone }: SubscriptionItem): string {
  const clock = `at ${time} (${zone})`;
  if (frequency === 'daily') return `every day ${clock}`;
  if (frequency === 'weekly') return `every ${capital(weekday ?? 'monday')} ${clock}`;
  return `every month on day ${day ?? 1} ${clock}`;
}

function aboutText({ domains }: SubscriptionItem): string {
  if (domains === null) return 'all claimed domains';
  const named = domains.slice(0, NAMED).join(', ');
  return domains.length > NAMED ? `${named} and ${domains.length - NAMED} more` : named;
}

function factsOf(item: SubscriptionItem, now: Moment): CardPart[] {
  const { sections, nextAt, toldUntil } = item;
  return [
    {
      type: 'facts',
      facts: [
        { name: 'About', value: aboutText(item) },
        { name: 'Holds', value: sections.length === SECTIONS ? 'everything' : sections.join(', ') },
        { name: 'Next', value: nextAt === null ? 'off' : moment(nextAt, now) },
        ...(toldUntil === null ? [] : [{ name: 'Told until', value: dayText(toldUntil, now) }]),
      ],
    },
  ];
}

function actionButtons({ id, enabled }: SubscriptionItem): Card['buttons'] {
  const other = enabled ? { label: 'Turn off', enabled: false } : { label: 'Turn on', enabled: true };
  return [
    { label: 'Preview', command: ask('digest-preview', [String(id)]) },
    { label: other.label, command: ask('digest-set', [String(id)], { enabled: other.enabled }) },
  ];
}

function capital(word: string): string {
  return `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`;
}

function itemCard(title: string, tone: Card['tone'], verdict: string): Card {
  return { title, tone, verdict, parts: [], advice: null, buttons: [], form: null, footer: null };
}
