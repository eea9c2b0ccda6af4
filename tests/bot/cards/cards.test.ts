import * as fc from 'fast-check';
import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import { readArguments } from '../../../src/bot/arguments.js';
import type { Card } from '../../../src/bot/card.js';
import { findCommand } from '../../../src/bot/find.js';
import { COMMANDS } from '../../../src/bot/registry.js';
import { MOST_BUTTONS, renderCard } from '../../../src/bot/terminal/render.js';
import { readWords } from '../../../src/bot/words.js';
import { lastDays } from '../../../src/core/analysis/range.js';
import { cardsOf, shapes as platformShapes } from '../support/all-cards.js';
import { answers, type Invented, invented, TODAY } from '../support/results.js';

const NOW = new Date(`${TODAY}T12:00:00Z`);

/** Why a command line would not be run; null where it would. */
function misunderstood(line: string): string | null {
  const words = readWords(line);
  if (words.error !== null) return words.error;
  const found = findCommand(COMMANDS, words.words, words.options, TODAY);
  if (found.command === null) return `no command ${found.word}`;
  const given = readArguments(found.command, found.words, words.options, TODAY);
  if (given.error !== null) return given.error;
  const parsed = found.command.operation.input.safeParse(given.input);
  return parsed.success ? null : parsed.error.message;
}

const small = invented();
const shapes: typeof platformShapes = [
  ...platformShapes,
  ['one day', invented({ range: lastDays(1, TODAY), size: 1, messages: 1, share: 1 })],
  [
    'escape sequences',
    invented({ domain: '\u001b[2J\u001b[31mx\u0007', name: (at) => `\u001b]0;${at}\u0007\r\n"'` }),
  ],
];

it('are those of every command', () => {
  const there = new Set(cardsOf(small).map(({ name }) => name));

  expect(COMMANDS.map(({ name }) => name).filter((name) => !there.has(name))).toEqual([]);
});

describe.each(shapes)('cards of %s', (shape, given) => {
  it('stay within 80 columns and hold nothing a terminal would act on', () => {
    const bad = cardsOf(given).flatMap(({ name, card }) =>
      renderCard(card)
        .split('\n')
        .filter((line) => stringWidth(line) > 80 || /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u.test(line))
        .map((line) => `${name}: ${line}`),
    );

    expect(bad).toEqual([]);
  });

  it('are read without scrolling far: no more than 130 lines', () => {
    const lengths = cardsOf(given).map(({ name, card }) => ({
      name,
      lines: renderCard(card).split('\n').length,
    }));

    // Names of several lines each make a list longer.
    const most = shape.startsWith('names that') ? 200 : 130;
    expect(lengths.filter(({ lines }) => lines > most)).toEqual([]);
  });

  it('say a verdict first, and never NaN, undefined, null or Infinity', () => {
    for (const { card } of cardsOf(given)) {
      expect(card.verdict).not.toBe('');
      expect(renderCard(card)).not.toMatch(/\b(NaN|undefined|null|Infinity)\b|\[object/u);
    }
  });
});

describe('buttons', () => {
  it.each(shapes.filter(([name]) => name !== '4,000-character names'))(
    'of %s ask questions that are understood',
    (_shape, given) => {
      const wrong = cardsOf(given).flatMap(({ name, card }) =>
        card.buttons.map((button) => ({ name, line: button.command, why: misunderstood(button.command) })),
      );

      expect(wrong.filter(({ why, line }) => why !== null && !isAboutHostileName(line))).toEqual([]);
    },
  );

  it('are no more than a terminal numbers', () => {
    for (const [, given] of shapes)
      for (const { card } of cardsOf(given)) expect(card.buttons.length).toBeLessThanOrEqual(MOST_BUTTONS);
  });

  it('keep the filters and the period of the question', () => {
    const sources = cardsOf(small).find(({ name }) => name === 'sources');

    const next = sources?.card.buttons.find((button) => button.label === 'Next page');

    expect(next?.command).toBe(
      'sources example.com dkim:fail reporter:198.51.100.0 limit:20 order:messages cursor:WzEyLCJ4Il0',
    );
  });
});

/** What is no address cannot be asked for as a source, and what is no domain cannot be claimed. */
function isAboutHostileName(line: string): boolean {
  return /^(?:source (?!\d+\.\d+\.\d+\.\d+)|(?:claim|release) (?![\w.]+\.\w+$))/u.test(line);
}

describe('fetch', () => {
  it('says where to see what comes of those that still look', () => {
    const noted = (given: Invented) =>
      cardsOf(given).some(
        ({ name, card }) => name === 'fetch' && renderCard(card).includes('1 still looks.'),
      );

    expect([noted(small), noted(invented({ size: 1 }))]).toEqual([true, false]);
  });
});

describe('examples', () => {
  it.each(COMMANDS.flatMap((command) => command.examples))('%s is understood', (line) => {
    expect(misunderstood(line)).toBeNull();
  });
});

function summaryLines(given: Invented): string[] {
  return cardsOf(given)
    .filter(({ name }) => name === 'summary')
    .flatMap(({ card }) => renderCard(card).split('\n'));
}

describe('the summary', () => {
  it('tells the verdict in its first lines', () => {
    expect(summaryLines(small).slice(0, 3)).toEqual([
      '! Summary of example.com',
      '  98.2 % of 41,310 messages pass. One new sender fails. p=none: spoofing is not',
      '  stopped.',
    ]);
  });

  it('never says 100 % when a message fails, nor 0 % when one passes', () => {
    const nearly = summaryLines(invented({ messages: 10_000_000, share: 0.999_999_9 })).join('\n');

    expect(nearly).toContain('99.9 % of 300,000,000 messages pass.');
    expect(nearly).not.toContain('100.0 %');
  });

  it('says why there is nothing, and what to check', () => {
    const text = summaryLines(invented({ size: 0, messages: 0 })).join('\n');

    expect(text).toContain('No messages of example.com in this period. No report has come yet.');
    expect(text).toContain('→ Check that the rua address of the DMARC record leads here');
  });

  it('says when the last report came where reports stopped', () => {
    const results = answers(invented({ messages: 0 }));
    const command = COMMANDS.find((each) => each.name === 'summary');

    const card = command?.card({ ...results.summary, lastReceived: '2026-01-02T03:04:05.000Z' }, {}, NOW);

    expect(card?.verdict).toContain('The last report came 75 days ago (2026-01-02 03:04 UTC).');
    expect(card?.advice).toContain('Reports stopped before this period');
  });

  it('names the zone, and that the last days are not complete', () => {
    expect(summaryLines(small).at(-2)).toBe(
      '  2026-02-17 to 2026-03-18 (30 days, UTC) · last 2 days still coming in',
    );
  });

  it('is good about a domain that sends nothing and whose forgeries are all refused', () => {
    const results = answers(invented({ share: 0 }));
    const command = COMMANDS.find((each) => each.name === 'summary');
    const stopped = {
      ...results.summary.figures,
      quarantined: 0,
      rejected: results.summary.figures.messages,
    };

    const card = command?.card(
      {
        ...results.summary,
        figures: stopped,
        newFailing: [],
        policy: { ...results.summary.policy, p: 'reject' },
      },
      {},
      NOW,
    );

    expect(card?.tone).toBe('good');
    expect(card?.verdict).toContain('41,310 messages, all failing, and none got through.');
  });

  it('says that a policy stops spoofing only in part', () => {
    const results = answers(small);
    const command = COMMANDS.find((each) => each.name === 'summary');
    const verdict = (policy: object) =>
      command?.card({ ...results.summary, policy: { ...results.summary.policy, ...policy } }, {}, NOW)
        .verdict;

    expect(verdict({ p: 'reject' })).toContain('p=reject: what fails is refused.');
    expect(verdict({ p: 'reject', pct: 20 })).toContain('p=reject for 20 % of what fails.');
    expect(verdict({ p: 'reject', testing: 'y' })).toContain('p=reject is only being tested (t=y).');
    expect(verdict({ p: 'quarantine' })).toContain('p=quarantine: what fails goes to spam.');
  });
});

describe('lists that are longer than a card', () => {
  const named = (name: string, given: Invented): Card => {
    const card = cardsOf(given).find((one) => one.name === name)?.card;
    if (card === undefined) throw new Error(`there is no card ${name}`);
    return card;
  };
  const commands = ({ buttons }: Card) => buttons.map(({ command }) => command);

  it('say how many more domains and reporters a source has, and lead to all of them', () => {
    const card = named('source', invented({ domain: null, size: 23 }));

    expect(renderCard(card)).toMatch(/and 13 more domains[^]*and 18 more reporters/u);
    expect(commands(card)).toEqual(
      expect.arrayContaining([
        'domains source:192.0.2.1 2026-02-17..2026-03-18',
        'reporters source:192.0.2.1 2026-02-17..2026-03-18',
      ]),
    );
  });

  it('say nothing of more where there are none', () => {
    const card = named('source', invented({ domain: null, size: 3 }));

    expect(renderCard(card)).not.toContain('more');
    expect(commands(card).filter((command) => /^(domains|reporters)/u.test(command))).toEqual([]);
  });

  it('tell first of channels that nothing is sent to, and how many there are', () => {
    const card = named('channels', invented({ size: 10_000, name: (at) => `ops ${at}` }));

    expect(card.verdict).toBe(
      '200 channels; nothing is sent to ops 0, ops 2, ops 4, ops 6, ops 8 and 95 others.',
    );
    const [table] = card.parts;
    expect(table).toMatchObject({ type: 'table', more: '150 more are not shown.' });
    const states = table?.type === 'table' ? table.rows.map((row) => row.at(-1)) : [];
    expect(new Set(states)).toEqual(new Set(['parked, 10,000 messages waiting']));
  });

  it('lead to the next page of reporters, with all reporters in the verdict', () => {
    const card = named('reporters', invented({ size: 20 }));

    expect(card.verdict).toContain('200 reporters');
    expect(commands(card)[0]).toBe('reporters example.com limit:20 cursor:WzEyLCJ4Il0');
  });
});

describe('any names and figures', () => {
  it('make cards without an exception, within the columns', () => {
    const name = fc.string({ unit: 'binary', maxLength: 40 });
    const shape = fc.record({
      domain: fc.option(name),
      size: fc.nat(30),
      messages: fc.oneof(
        fc.nat(3),
        fc.nat(),
        fc.maxSafeNat().map((big) => Math.floor(big / 100_000)),
      ),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
      names: fc.array(name, { minLength: 1, maxLength: 5 }),
      days: fc.integer({ min: 1, max: 200 }),
    });
    fc.assert(
      fc.property(shape, ({ names, days, ...of }) => {
        const given = invented({
          ...of,
          range: lastDays(days, TODAY),
          name: (at) => names[at % names.length] ?? '',
        });

        const wide = cardsOf(given).flatMap(({ card }) =>
          renderCard(card)
            .split('\n')
            .filter((line) => stringWidth(line) > 80),
        );

        expect(wide).toEqual([]);
      }),
      { numRuns: 20 },
    );
  }, 60_000);
});
