import { describe, expect, it } from 'vitest';
import type { Card, Form } from '../../../src/bot/card.js';
import { visible } from '../../../src/bot/characters/text.js';
import { homeView } from '../../../src/bot/slack/forms.js';
import { renderCard } from '../../../src/bot/slack/render.js';
import { blockProblems, textLength } from '../../fakes/slack/blocks.js';
import { LIMITS } from '../../fakes/slack/limits.js';
import { interpreted, shownText } from '../../fakes/slack/seen.js';
import { cardsOf, shapes } from '../support/all-cards.js';
import { card, CHART } from './harness.js';

const HOSTILE = '*bold* _it_ ~no~ `code` <!channel> <@U123> <https://evil.example|x> :smile: @here a&b &lt;';
const anyFile = () => true;

function problemsOf(one: Card): string[] {
  const pictures = new Map(
    one.parts.flatMap((part) => (part.type === 'chart' ? [[part, 'F0123456789'] as const] : [])),
  );
  const messages = [
    renderCard(one, {
      pictures,
      share: { command: 'help', audience: 'channel' },
      askedBy: HOSTILE.repeat(20),
    }),
    renderCard(one),
    renderCard(one, { tables: false }),
  ];
  return [
    ...messages.flatMap(({ blocks, text }) => [
      ...blockProblems(blocks, 'message', anyFile),
      ...interpreted({ text, blocks }),
      ...(textLength(blocks) > LIMITS.blocksText ? [`${textLength(blocks)} characters`] : []),
      ...(text.length > LIMITS.text || text === '' ? ['text'] : []),
    ]),
    ...blockProblems(homeView(one).view.blocks, 'home', anyFile),
  ];
}

describe.each(shapes)('cards of every command, %s', (_, given) => {
  it('are taken by Slack, and nothing in them is more than text', () => {
    const wrong = cardsOf(given).flatMap(({ name, card: one }) =>
      problemsOf(one).map((problem) => `${name}: ${problem}`),
    );

    expect(wrong).toEqual([]);
  });

  it('say the verdict before any figure, with a mark that is no colour alone', () => {
    for (const { card: one } of cardsOf(given)) {
      const [title, verdict] = shownText(renderCard(one).blocks).split('\n');

      expect(title).toMatch(/^(?:✅|⚠️|❌|ℹ️) /u);
      expect(verdict?.slice(0, 10)).toBe(visible(one.verdict).slice(0, 10));
    }
  });
});

describe('hostile text', () => {
  const all = card({
    title: HOSTILE,
    verdict: HOSTILE,
    advice: HOSTILE,
    footer: HOSTILE,
    buttons: [{ label: HOSTILE, command: 'help' }],
    parts: [
      { type: 'text', text: HOSTILE },
      { type: 'facts', facts: [{ name: HOSTILE, value: HOSTILE, note: HOSTILE }] },
      {
        type: 'table',
        title: HOSTILE,
        columns: [{ name: HOSTILE, align: 'left' }],
        rows: [[HOSTILE]],
        more: HOSTILE,
      },
      {
        type: 'table',
        title: null,
        columns: [{ name: 'again', align: 'left' }],
        rows: [[HOSTILE]],
        more: null,
      },
      { ...CHART, title: HOSTILE, alt: HOSTILE },
    ],
  });

  it('is nothing but text wherever it stands', () => {
    expect(problemsOf(all)).toEqual([]);
  });

  it('is shown as it was written', () => {
    const shown = shownText(renderCard(all).blocks).split('\n');

    expect(shown).toContain(HOSTILE);
    expect(shown).toContain(`→ ${HOSTILE}`);
  });

  it('shows what hides in it', () => {
    const shown = shownText(renderCard(card({ verdict: 'a\u202Eb\u0000c\u200Bd' })).blocks);

    expect(shown).toContain('a<U+202E>b␀c<U+200B>d');
  });
});

describe('what is too much', () => {
  const facts = (size: number) =>
    Array.from({ length: size }, (_, at) => ({ name: `n${at}`, value: 'v'.repeat(500) }));
  const rows = (size: number, cell: string) => Array.from({ length: size }, () => [cell, '1']);
  const columns = [
    { name: 'Source', align: 'left' },
    { name: 'Messages', align: 'right' },
  ] as const;

  it('of rows is left out, and said so', () => {
    const one = card({
      parts: [{ type: 'table', title: null, columns, rows: rows(10_000, 'a'), more: null }],
    });

    expect(shownText(renderCard(one).blocks)).toContain('… 9,950 more rows are not shown.');
    expect(problemsOf(one)).toEqual([]);
  });

  it('of text in rows is left out, and said so', () => {
    const one = card({
      parts: [{ type: 'table', title: null, columns, rows: rows(60, 'x'.repeat(4_000)), more: null }],
    });

    expect(shownText(renderCard(one).blocks)).toMatch(/… \d\d more rows are not shown\./u);
    expect(problemsOf(one)).toEqual([]);
  });

  it('of columns is left out, and said so', () => {
    const many = Array.from({ length: 30 }, (_, at) => ({ name: `c${at}`, align: 'left' as const }));
    const one = card({
      parts: [
        { type: 'table', title: null, columns: many, rows: [many.map(({ name }) => name)], more: null },
      ],
    });

    expect(shownText(renderCard(one).blocks)).toContain('… 10 more columns are not shown.');
  });

  it('of facts is left out, and said so', () => {
    const one = card({ parts: [{ type: 'facts', facts: facts(100) }] });

    expect(shownText(renderCard(one).blocks)).toMatch(/… \d\d more are not shown\./u);
    expect(problemsOf(one)).toEqual([]);
  });

  it('of parts is left out, and said so, with the verdict and the choices still there', () => {
    const one = card({
      parts: Array.from({ length: 80 }, () => ({ type: 'text' as const, text: 'x'.repeat(900) })),
    });
    const shown = shownText(renderCard(one).blocks);

    expect(shown).toMatch(/… \d\d more parts of this answer are not shown\./u);
    expect(shown).toContain('98.2 %');
    expect(shown).toContain('90 days');
    expect(problemsOf(one)).toEqual([]);
  });

  it('of short parts is left out of a message and of the Home tab alike', () => {
    const one = card({
      parts: Array.from({ length: 150 }, () => ({ type: 'text' as const, text: 'x' })),
    });

    expect(problemsOf(one)).toEqual([]);
    expect(shownText(homeView(one).view.blocks)).toMatch(/… \d\d more parts of this answer are not shown\./u);
  });

  it('of everything at once is still taken', () => {
    const long = '&<>'.repeat(2_000);
    const one = card({
      title: long,
      verdict: long,
      advice: long,
      footer: long,
      buttons: Array.from({ length: 40 }, () => ({ label: long, command: `sources ${long}` })),
      form: {
        command: 'settings',
        submit: long,
        fields: Array.from({ length: 20 }, (_, at) => ({
          name: `f${at}`,
          label: long,
          value: null,
          choices: Array.from({ length: 200 }, (__, n) => ({ label: `${n}${long}`, value: `${n}` })),
        })),
      },
      parts: [
        { type: 'facts', facts: facts(100) },
        { type: 'table', title: long, columns, rows: rows(500, long), more: long },
        CHART,
      ],
    });

    expect(problemsOf(one)).toEqual([]);
  });
});

describe('a form', () => {
  const form: Form = {
    command: 'settings',
    submit: 'Save',
    fields: [
      {
        name: 'zone',
        label: 'Time zone',
        value: 'UTC',
        choices: [
          { label: 'UTC', value: 'UTC' },
          { label: 'long', value: 'x'.repeat(100) },
        ],
      },
      { name: 'none', label: 'Nothing to choose', value: null, choices: [] },
    ],
  };

  it('is a menu for each field with what is chosen now, and a button', () => {
    const { blocks } = renderCard(card({ form }));

    const menu = blocks.find((block) => block.type === 'section');
    expect(menu).toMatchObject({ accessory: { type: 'static_select', initial_option: { value: 'UTC' } } });
    expect(shownText(blocks)).toContain('… 1 more choices are not shown.');
    expect(problemsOf(card({ form }))).toEqual([]);
  });
});

describe('charts', () => {
  it('are pictures with a text for those who do not see them', () => {
    const { blocks } = renderCard(card({ parts: [CHART] }), { pictures: new Map([[CHART, 'F0123456789']]) });

    expect(blocks).toContainEqual(
      expect.objectContaining({ type: 'image', slack_file: { id: 'F0123456789' }, alt_text: CHART.alt }),
    );
  });

  it('are characters where there is no picture, narrow enough for a phone', () => {
    const lines = shownText(renderCard(card({ parts: [CHART] })).blocks).split('\n');

    const bars = lines.filter((one) => /[█▒]/u.test(one));
    expect(bars).toHaveLength(2);
    expect(Math.max(...bars.map((bar) => bar.length))).toBeLessThanOrEqual(40);
  });
});
