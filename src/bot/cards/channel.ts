import type { ChannelAdded } from '../../core/operations/alert/channel-add.js';
import type { ChannelChanged, TestNotice } from '../../core/operations/alert/channel-set.js';
import type { ChannelItem } from '../../core/operations/alert/channels.js';
import { ask } from '../ask.js';
import type { Button, Card, Fact } from '../card.js';
import { moment, type Moment } from '../figures.js';
import { toldText } from './channels.js';

const LIST: Button = { label: 'Channels', command: 'channels' };

/** A channel that is told from now on. */
export function channelAddedCard({ channel, secret }: ChannelAdded): Card {
  return {
    ...bare(`Channel ${channel.name}`, 'good', `Alerts are told in ${channel.name} from now on.`),
    parts: [
      { type: 'facts', facts: factsOf(channel) },
      ...(secret === null
        ? []
        : [
            {
              type: 'text',
              text: 'Messages are signed with this secret, which is shown this once. Give it to whoever receives them:',
            } as const,
            { type: 'text', text: secret } as const,
          ]),
    ],
    advice: `See that it works: channel-test ${channel.name}`,
    buttons: [
      testButton(channel),
      { label: 'Digest every week', command: ask('digest-add', ['weekly'], { channel: channel.name }) },
      LIST,
    ],
  };
}

/** A channel after a change. */
export function channelSetCard({ channel }: ChannelChanged): Card {
  return {
    ...bare(`Channel ${channel.name}`, 'good', `${channel.name} is told ${toldText(channel)}.`),
    parts: [{ type: 'facts', facts: factsOf(channel) }],
    buttons: [testButton(channel), LIST],
  };
}

/** That a channel is told nothing more. */
export function channelRemovedCard({ channel }: ChannelChanged): Card {
  return {
    ...bare(
      `Channel ${channel.name}`,
      'good',
      `${channel.name} is told nothing more; what was posted stays.`,
    ),
    buttons: [LIST],
  };
}

/** That a channel is sent to again. */
export function channelResumedCard({ channel, changed }: ChannelChanged): Card {
  const verdict = changed
    ? `${channel.name} is sent to again; what waited follows now.`
    : `${channel.name} was not parked.`;
  return {
    ...bare(`Channel ${channel.name}`, changed ? 'good' : 'neutral', verdict),
    buttons: [testButton(channel), LIST],
  };
}

/** That a test is on its way. */
export function channelTestedCard({ channel }: ChannelChanged): Card {
  return {
    ...bare(
      `Test of ${channel.name}`,
      'neutral',
      `A message is on its way to ${channel.name} (${channel.place}).`,
    ),
    advice: 'Where it does not arrive, channels says why.',
    buttons: [LIST],
  };
}

/** The test itself, as the channel shows it. */
export function testCard({ channel, by, at }: TestNotice, now: Moment): Card {
  return {
    ...bare(
      `Test of ${channel}`,
      'good',
      `This channel works: ${by} asked for a test at ${moment(at, now)}.`,
    ),
    buttons: [LIST],
  };
}

function testButton({ name }: ChannelItem): Button {
  return { label: 'Test', command: ask('channel-test', [name]) };
}

function factsOf(channel: ChannelItem): readonly Fact[] {
  return [
    { name: 'Kind', value: channel.kind },
    { name: 'Where', value: channel.place },
    { name: 'Told', value: toldText(channel) },
    { name: 'Time zone', value: channel.zone },
  ];
}

function bare(title: string, tone: Card['tone'], verdict: string): Card {
  return { title, tone, verdict, parts: [], advice: null, buttons: [], form: null, footer: null };
}
