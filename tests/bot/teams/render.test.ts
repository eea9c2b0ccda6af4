import { existsSync, readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { SHORTEST_PRESS } from '../../../src/bot/press.js';
import { bytesOf, MOST_BYTES, renderCard } from '../../../src/bot/teams/render.js';
import { messageOf } from '../../../src/bot/teams/notes.js';
import { walk, wrongWithCard } from '../../fakes/teams/card-rules.js';
import { cardsOf, shapes } from '../support/all-cards.js';
import { card, textOf } from './harness.js';

const SCHEMA = new URL('../../../../shared/schemas/adaptive-card-1.5.json', import.meta.url);
const HOSTILE =
  '**bold** [link](https://evil.example) <at>everyone</at> @channel `x` # h\n- \u202Egnp.exe\u0000 😀 <b>x</b> &amp; ';
/** Says what is wrong by Microsoft's schema; null where that file is not there. */
const wrongBySchema = existsSync(SCHEMA) ? schemaCheck() : null;

function schemaCheck(): (content: unknown) => string | null {
  // It says draft 06 and has the id of draft 04.
  const {
    $schema: _draft,
    id: _id,
    ...schema
  } = JSON.parse(readFileSync(SCHEMA, 'utf8')) as Record<string, unknown>;
  const validate = new Ajv({ strict: false, validateFormats: false }).compile(schema);
  return (content) => (validate(plainCard(content)) ? null : JSON.stringify(validate.errors).slice(0, 500));
}

/** Without what Teams adds to the schema: the width of a card, and pictures that can be enlarged. */
function plainCard(content: unknown): unknown {
  return JSON.parse(
    JSON.stringify(content, (name, value: unknown) => (name.toLowerCase() === 'msteams' ? undefined : value)),
  );
}

/** What Teams would act on in text, or make visible order of. */
const ACTS = /[\p{Cc}\p{Cf}]/u;

/** Runs and elements of a card in which data could act. */
function actingIn(content: unknown): unknown[] {
  return [...walk(content)].filter(
    (element) =>
      ['TextBlock', 'FactSet'].includes(String(element['type'])) ||
      'selectAction' in element ||
      (element['type'] === 'TextRun' && ACTS.test(String(element['text']))),
  );
}

describe.each(shapes)('cards of every command, %s', (_, given) => {
  it('are taken by Teams, and fit into a message', () => {
    const wrong = cardsOf(given).flatMap(({ name, card: one }) => {
      const options = {
        share: { command: 'help', audience: 'channel' },
        askedBy: HOSTILE,
        key: 'k',
      } as const;
      const rendered = renderCard(one, options);
      const bytes = bytesOf(messageOf(rendered));
      const what = wrongWithCard(rendered.content) ?? (bytes > MOST_BYTES ? `${bytes} bytes` : null);
      return what === null ? [] : [`${name}: ${what}`];
    });

    expect(wrong).toEqual([]);
  });

  it.skipIf(wrongBySchema === null)(
    'are Adaptive Cards by the schema (skipped where ../shared/schemas/adaptive-card-1.5.json is absent)',
    () => {
      const wrong = cardsOf(given).flatMap(({ name, card: one }) => {
        const what = wrongBySchema?.(renderCard(one, { key: 'k' }).content) ?? null;
        return what === null ? [] : [`${name}: ${what}`];
      });

      expect(wrong).toEqual([]);
    },
  );

  it('hold no text that Teams would format or link', () => {
    const acting = cardsOf(given).flatMap(({ card: one }) =>
      actingIn(renderCard(one, { askedBy: HOSTILE }).content),
    );

    expect(acting).toEqual([]);
  });
});

describe('a card in Teams', () => {
  it.skipIf(wrongBySchema === null)(
    'with buttons that ask for text is an Adaptive Card by the schema (skipped where the file is absent)',
    () => {
      const asks = { name: 'note', label: HOSTILE.repeat(10), optional: false };
      const { content } = renderCard(card({ buttons: [{ label: 'Resolve', command: 'resolve 5', asks }] }));

      expect(wrongBySchema?.(content)).toBeNull();
      expect(wrongWithCard(content)).toBeNull();
    },
  );

  it('says the verdict first, with a mark beside the colour', () => {
    const { content, summary } = renderCard(card({ tone: 'bad' }));
    const [first] = content['body'] as { style: string }[];

    expect(first?.style).toBe('attention');
    expect(textOf(first)).toBe('✘ Summary of example.com\n98.2 % of 41,310 messages pass.');
    expect(summary).toBe('✘ Summary of example.com: 98.2 % of 41,310 messages pass.');
  });

  it('says how much of a table is not shown', () => {
    const rows = Array.from({ length: 10_000 }, (_, at) => [`198.51.100.${at}`, '1']);
    const columns = [
      { name: 'Source', align: 'left' },
      { name: 'Messages', align: 'right' },
    ] as const;

    const { content } = renderCard(
      card({ parts: [{ type: 'table', title: null, columns, rows, more: null }] }),
    );

    expect(textOf(content)).toContain('… 9,975 more are not shown.');
  });

  it('fits whatever is in it, and the verdict always stands', () => {
    const text = '"\\'.repeat(5_000);
    const facts = Array.from({ length: 500 }, () => ({ name: text, value: text, note: text }));
    const parts = Array.from({ length: 100 }, () => ({ type: 'facts', facts }) as const);
    const buttons = Array.from({ length: 50 }, () => ({ label: text, command: text }));
    const field = {
      name: 'a',
      label: text,
      choices: Array.from({ length: 500 }, () => ({ label: text, value: text })),
      value: null,
    };

    const rendered = renderCard(
      card({
        title: text,
        verdict: text,
        parts,
        buttons,
        advice: text,
        footer: text,
        form: { command: 'settings', fields: [field], submit: text },
      }),
      { askedBy: text, remark: text },
    );

    expect(bytesOf(messageOf(rendered))).toBeLessThanOrEqual(MOST_BYTES);
    expect(wrongWithCard(rendered.content)).toBeNull();
    expect(textOf(rendered.content)).toContain('✔ "');
  });

  it('has a fallback for each button, and long command lines are kept elsewhere', () => {
    const long = `sources ${'x'.repeat(2_000)}`;

    const { content, keep } = renderCard(card({ buttons: [{ label: 'Long', command: long }] }), { key: 'k' });
    const [action] = content['actions'] as {
      data: { press: string };
      fallback: { type: string; data: unknown };
    }[];

    expect(keep).toEqual([long]);
    expect(action?.data.press).toHaveLength(SHORTEST_PRESS);
    expect(action?.fallback).toMatchObject({ type: 'Action.Submit', data: action?.data });
  });

  it('puts what is over six buttons behind a menu', () => {
    const buttons = Array.from({ length: 9 }, (_, at) => ({ label: `b${at}`, command: 'help' }));

    const actions = renderCard(card({ buttons })).content['actions'] as { mode?: string }[];

    expect(actions.filter(({ mode }) => mode === 'secondary')).toHaveLength(3);
  });
});
