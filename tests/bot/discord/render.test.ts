import { ButtonBuilder, EmbedBuilder, StringSelectMenuBuilder } from '@discordjs/builders';
import { describe, expect, it } from 'vitest';
import type { Card, Chart } from '../../../src/bot/card.js';
import type { ActionRow, Embed } from '../../../src/bot/discord/message.js';
import { type Rendered, renderCard, type Shown } from '../../../src/bot/discord/render.js';
import { escape } from '../../../src/bot/discord/text.js';
import type { Picture } from '../../../src/bot/platform.js';
import { checkMessage } from '../../fakes/discord/limits.js';
import { cardsOf, shapes } from '../support/all-cards.js';
import { card } from './support.js';

const CHART: Chart = {
  type: 'chart',
  shape: 'bars',
  title: 'Largest sources',
  alt: '192.0.2.1 sends most: 12 messages.',
  unit: 'messages',
  bars: [{ name: '192.0.2.1', tone: 'good', value: 12 }],
};
const PICTURE: Picture = { png: Buffer.from('png'), width: 720, height: 400, key: 'k' };

function render(given: Card, more: Partial<Shown> = {}): Rendered {
  return renderCard({ card: given, pictures: new Map(), share: null, file: null, askedBy: null, ...more });
}

/** Throws where Discord, or its own builders, would refuse the message. */
function accept({ message, files }: Rendered): void {
  const given = files.map((file, at) => ({ key: `files[${at}]`, ...file }));
  checkMessage(JSON.parse(JSON.stringify(message)), given);
  for (const embed of message.embeds) build(embed);
  for (const row of message.components) buildRow(row);
}

function build({ title, description, footer, author }: Embed): void {
  const builder = new EmbedBuilder();
  if (title !== undefined) builder.setTitle(title);
  if (description !== undefined) builder.setDescription(description);
  if (footer !== undefined) builder.setFooter(footer);
  if (author !== undefined) builder.setAuthor(author);
}

function buildRow({ components }: ActionRow): void {
  for (const one of components)
    if (one.type === 2)
      new ButtonBuilder().setCustomId(one.custom_id).setLabel(one.label).setStyle(one.style).toJSON();
    else
      new StringSelectMenuBuilder()
        .setCustomId(one.custom_id)
        .setPlaceholder(one.placeholder)
        .addOptions(one.options.map(({ label, value }) => ({ label, value })))
        .toJSON();
}

/** What Discord reads as Markdown, without blocks of code, our own bold, and what is escaped. */
function active({ message }: Rendered): string {
  return message.embeds
    .flatMap(({ title = '', description = '' }) => [title, description])
    .join('\n')
    .replaceAll(/```[^`]*```/gu, '')
    .replaceAll(/\\[^0-9A-Za-z\s]/gu, '')
    .replaceAll('**', '');
}

/** Leaves out what nobody sees. */
function shownAlone(key: string, value: unknown): unknown {
  return key === 'custom_id' ? undefined : value;
}

describe.each(shapes)('cards of %s', (_shape, given) => {
  it('are taken by Discord and by its builders, with pictures and without', () => {
    for (const { card: one } of cardsOf(given)) {
      const charts = one.parts.filter((part) => part.type === 'chart');
      const pictures = new Map(charts.map((chart) => [chart, PICTURE]));
      const share = { command: 'summary', audience: 'channel' as const };

      expect(() => accept(render(one, { share }))).not.toThrow();
      expect(() => accept(render(one, { pictures, askedBy: 'Ada' }))).not.toThrow();
    }
  });

  it('hold nothing that Discord would act on', () => {
    for (const { card: one } of cardsOf(given)) {
      const rendered = render(one);

      expect(active(rendered)).not.toMatch(/[*_~|`<>[\]#:@]/u);
      expect(JSON.stringify(rendered.message, shownAlone)).not.toMatch(/\p{Cf}/u);
      expect(rendered.message.allowed_mentions).toEqual({ parse: [] });
    }
  });
});

describe('a card', () => {
  it('says the verdict first, with a mark beside the colour', () => {
    const { message } = render(
      card({ tone: 'bad', verdict: '12 % of mail fails.', parts: [{ type: 'text', text: 'more' }] }),
    );

    expect(message.embeds[0]?.title).toMatch(/^❌ /u);
    expect(message.embeds[0]?.description).toMatch(/^\*\*12 % of mail fails\.\*\*\n\nmore$/u);
  });

  it('counts what does not fit', () => {
    const rows = Array.from({ length: 10_000 }, (_, at) => [`192.0.2.${at}`, '1']);
    const columns = [
      { name: 'Source', align: 'left' as const },
      { name: 'Messages', align: 'right' as const },
    ];

    const { message } = render(
      card({ parts: [{ type: 'table', title: 'Sources', columns, rows, more: null }] }),
    );

    const text = message.embeds[0]?.description ?? '';
    const shown = text.split('\n').filter((line) => line.startsWith('192.0.2.')).length;
    expect(shown).toBeGreaterThan(9);
    expect(text).toContain(`… ${(10_000 - shown).toLocaleString('en')} more are not shown.`);
  });

  it('says when a part has no room any more, and still gives the advice', () => {
    const parts = Array.from({ length: 12 }, (_, at) => ({
      type: 'text' as const,
      text: `${at} ${'x'.repeat(1_200)}`,
    }));

    const rendered = render(card({ parts, advice: 'Look at 192.0.2.1.', footer: 'The footer' }));

    accept(rendered);
    const text = rendered.message.embeds.map((embed) => embed.description).join('\n');
    expect(text).toContain('the rest does not fit');
    expect(text).toContain('→ Look at 192.0.2.1.');
    expect(rendered.message.embeds.at(-1)?.footer).toEqual({ text: 'The footer' });
  });

  it('has pictures with what they say, and what follows stands below them', () => {
    const given = card({ parts: [CHART, { type: 'text', text: 'after' }] });

    const { message, files } = render(given, { pictures: new Map([[CHART, PICTURE]]) });

    expect(message.embeds.map((embed) => embed.image?.url)).toEqual(['attachment://chart-1.png', undefined]);
    expect(message.embeds[1]?.description).toBe('after');
    expect(message.attachments).toEqual([{ id: 0, filename: 'chart-1.png', description: CHART.alt }]);
    expect(files[0]?.bytes).toBe(PICTURE.png);
  });

  it('draws a chart in characters where there is no picture', () => {
    const { message, files } = render(card({ parts: [CHART] }));

    expect(message.embeds[0]?.description).toMatch(/```\n192\.0\.2\.1 +12 +█+\n```/u);
    expect(files).toEqual([]);
  });

  it('shows a button that says the same twice once, and one to show it in the channel', () => {
    const buttons = [
      { label: 'Sources', command: 'sources' },
      { label: 'Senders', command: 'sources' },
    ];

    const { message } = render(card({ buttons }), { share: { command: 'summary', audience: 'channel' } });

    const labels = message.components.flatMap((row) =>
      row.components.map((one) => 'label' in one && one.label),
    );
    expect(labels).toEqual(['Sources', 'Show in channel']);
  });

  it('says how many buttons have no room', () => {
    const buttons = Array.from({ length: 40 }, (_, at) => ({ label: `b${at}`, command: `report ${at}` }));

    const rendered = render(card({ buttons }));

    accept(rendered);
    expect(rendered.message.embeds[0]?.description).toContain('… 15 more choices are not shown.');
  });

  it('has fields to choose from, and a line for what has too many choices', () => {
    const choices = Array.from({ length: 40 }, (_, at) => ({ label: `zone ${at}`, value: `z${at}` }));
    const form = {
      command: 'settings',
      submit: 'Save',
      fields: [{ name: 'zone', label: 'Zone', choices, value: 'z39' }],
    };

    const rendered = render(card({ form }));

    accept(rendered);
    const [select] = rendered.message.components[0]?.components ?? [];
    expect(select?.type === 3 && select.options.find((option) => option.default)?.value).toBe('z39');
    expect(rendered.message.embeds[0]?.description).toContain(
      String.raw`/dmarc ask text\: settings zone\:z39`,
    );
  });

  it('brings its file under a name that Discord takes', () => {
    const file = { name: 'Berichte für März.csv', type: 'text/csv', bytes: Buffer.from('a,b') };

    const rendered = render(card({}), { file });

    accept(rendered);
    expect(rendered.files[0]?.name).toBe('Berichte_f_r_M_rz.csv');
  });
});

describe('text', () => {
  it.each([
    ['@everyone', String.raw`\@everyone`],
    ['<@123>', String.raw`\<\@123\>`],
    ['<t:1:R>', String.raw`\<t\:1\:R\>`],
    [':smile:', String.raw`\:smile\:`],
    ['[a](https://b)', String.raw`\[a\]\(https\://b\)`],
    ['# head', String.raw`\# head`],
    ['- item', String.raw`\- item`],
    ['1. item', String.raw`1\. item`],
    ['_dmarc.example.com', String.raw`\_dmarc.example.com`],
    ['2026-01-31', '2026-01-31'],
    ['a\u200bb', String.raw`a\<U+200B\>b`],
    ['\u202emoc', String.raw`\<U+202E\>moc`],
    ['two\nlines', 'two␊lines'],
  ])('%j is shown as it stands', (text, shown) => {
    expect(escape(text)).toBe(shown);
  });

  it('is cut between characters, never inside an escape', () => {
    for (let longest = 1; longest < 12; longest += 1) {
      const cut = escape('****👩‍👩‍👧****', longest);
      expect(cut.length).toBeLessThanOrEqual(longest);
      expect(cut.replaceAll(String.raw`\*`, '')).not.toContain('\\');
    }
  });
});
