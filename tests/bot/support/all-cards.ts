import type { Card } from '../../../src/bot/card.js';
import { COMMANDS } from '../../../src/bot/registry.js';
import { lastDays } from '../../../src/core/analysis/range.js';
import { alertAnswers, alertCards } from './alert-results.js';
import { channelAnswers, channelCards } from './channel-results.js';
import { digestAnswers } from './digest-results.js';
import { identityAnswers } from './identity-results.js';
import { answers, type Invented, invented, TODAY } from './results.js';
import { ruleAnswers } from './rule-results.js';
import { workAnswers } from './work-results.js';

/** Cards of the commands, from invented answers of many shapes, for renderers to draw. */

const NOW = new Date(`${TODAY}T12:00:00Z`);

interface NamedCard {
  readonly name: string;
  readonly card: Card;
}

/** The large ones take a second. */
const MADE = new WeakMap<Invented, readonly NamedCard[]>();

/** One card per command that has an invented answer, and those that are told without being asked for. */
export function cardsOf(given: Invented): readonly NamedCard[] {
  const made = MADE.get(given) ?? makeCards(given);
  MADE.set(given, made);
  return made;
}

function makeCards(given: Invented): readonly NamedCard[] {
  const results: Readonly<Record<string, unknown>> = {
    ...answers(given),
    ...identityAnswers(given),
    ...digestAnswers(given),
    ...alertAnswers(given),
    ...ruleAnswers(given),
    ...channelAnswers(given),
    ...workAnswers(given),
  };
  const commands = COMMANDS.filter((command) => results[command.name] !== undefined).map((command) => ({
    name: command.name,
    card: command.card(results[command.name], inputFor(command.name, given), NOW),
  }));
  return [...commands, ...alertCards(given, NOW), ...channelCards(given, NOW)];
}

/** Input as it comes out of a schema, for the commands that read it. */
function inputFor(name: string, given: Invented): Record<string, unknown> {
  const domain = given.domain ?? undefined;
  if (name === 'source') return { source: '192.0.2.1' };
  if (name === 'sources')
    return { domain, dkim: 'fail', reporter: given.name(0), limit: 20, order: 'messages' };
  if (name === 'report') return { report: given.name(0), limit: 20 };
  return { domain, limit: 20 };
}

/** Small, large, empty and hostile. */
export const shapes: readonly (readonly [string, Invented])[] = [
  ['small', invented()],
  ['all domains', invented({ domain: null })],
  ['nothing', invented({ size: 0, messages: 0 })],
  ['failures alone', invented({ share: 0 })],
  ['ten years', invented({ range: lastDays(3_650, TODAY) })],
  [
    '10,000 entries',
    invented({ size: 10_000, messages: 9_007_199_254_740, name: (at) => `source-${at}.example.com` }),
  ],
  [
    '4,000-character names',
    invented({ domain: 'd'.repeat(4_000), name: (at) => `${at}${'x'.repeat(4_000)}` }),
  ],
  [
    'names that are markup',
    invented({
      size: 30,
      domain: '**__~~||`a`||~~__**',
      name: (at) => `[${at}](https://example.com) \`\`\` ***b*** ||c|| # d\n- e\n> f`,
    }),
  ],
  [
    'names that mention',
    invented({
      size: 30,
      domain: '@everyone',
      name: (at) =>
        `<@${at}> <@&${at}> <#${at}> </a:${at}> <t:${at}:R> <:a:${at}> :smile: @here <!channel> <https://a.b>`,
    }),
  ],
  ['control characters', invented({ domain: '\u001b[2J\u0007', name: (at) => `\u001b]0;${at}\u0007\r\n"'` })],
  ['right-to-left text', invented({ domain: '\u202emoc.elpmaxe', name: (at) => `שלום‎ مثال \u2067${at}` })],
];
