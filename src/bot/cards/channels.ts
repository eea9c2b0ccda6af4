import type { ChannelItem, ChannelsResult } from '../../core/operations/alert/channels.js';
import { ask } from '../ask.js';
import type { Card, CardPart } from '../card.js';
import { counted } from '../figures.js';
import { mendingOf } from './parked.js';

/** Channels offered for resuming; others are written. */
const OFFERED = 3;
/** Channels in the table, and of parked ones such as are told why. */
const LISTED = 50;
const EXPLAINED = 5;

/** Where alerts and digests are told, and whether they arrive. */
export function channelsCard({ items }: ChannelsResult): Card {
  const parked = items.filter((one) => one.parked !== null);
  const [first] = parked;
  return {
    title: 'Channels',
    tone: first === undefined ? 'neutral' : 'bad',
    verdict: verdictOf(items.length, parked),
    parts: items.length === 0 ? [] : [tableOf(items, parked), ...parked.slice(0, EXPLAINED).map(parkedPart)],
    advice:
      first === undefined
        ? items.length === 0
          ? 'In a channel of Slack, Teams or Discord: /dmarc channel-add NAME. By mail: channel-add mail kind:email to:ada@example.com'
          : null
        : mendingOf(first.kind, first.name),
    buttons: [
      ...parked
        .slice(0, OFFERED)
        .map(({ name }) => ({ label: `Resume ${name}`, command: ask('channel-resume', [name]) })),
      { label: 'Digests', command: 'digests' },
      { label: 'Alerts', command: 'alerts' },
    ],
    form: null,
    footer: null,
  };
}

/** Such as `warning and worse; quiet 22:00-07:00 Europe/Berlin`. */
export function toldText({ all, severity, quiet, zone }: ChannelItem): string {
  const which =
    severity === 'info' ? 'all alerts' : severity === 'critical' ? 'critical alerts' : 'warnings and worse';
  return [
    all ? which : `${which} of rules that name it`,
    ...(quiet === null ? [] : [`quiet ${quiet.from}-${quiet.until} ${zone}`]),
  ].join('; ');
}

function verdictOf(count: number, parked: readonly ChannelItem[]): string {
  if (count === 0) return 'Alerts and digests are told nowhere yet.';
  const many = counted(count, 'channel');
  return parked.length === 0 ? `${many}.` : `${many}; nothing is sent to ${namesOf(parked)}.`;
}

function namesOf(parked: readonly ChannelItem[]): string {
  const names = parked.slice(0, EXPLAINED).map(({ name }) => name);
  const more = parked.length - names.length;
  return names.join(', ') + (more === 0 ? '' : ` and ${counted(more, 'other')}`);
}

/** Where there are too many, those come first that nothing is sent to. */
function tableOf(items: readonly ChannelItem[], parked: readonly ChannelItem[]): CardPart {
  const more = items.length - LISTED;
  const shown =
    more <= 0 ? items : [...parked, ...items.filter((one) => one.parked === null)].slice(0, LISTED);
  return {
    type: 'table',
    title: null,
    columns: ['Channel', 'Kind', 'Where', 'Told', 'State'].map((name) => ({ name, align: 'left' })),
    rows: shown.map((one) => [one.name, one.kind, one.place, toldText(one), stateOf(one)]),
    more: more <= 0 ? null : `${more} more are not shown.`,
  };
}

function stateOf({ parked, waiting, trouble }: ChannelItem): string {
  const waits = waiting === 0 ? '' : `${counted(waiting, 'message')} waiting`;
  if (parked !== null) return ['parked', waits].filter(Boolean).join(', ');
  return waits === '' ? 'up to date' : [waits, trouble ?? ''].filter(Boolean).join(': ');
}

function parkedPart({ name, parked }: ChannelItem): CardPart {
  return { type: 'text', text: `${name}: ${parked?.reason ?? ''}` };
}
