import type { Card, CardPart, Chart, Fact, Table, Tone } from '../card.js';
import { drawBars } from '../characters/bars-chart.js';
import { drawDays } from '../characters/days-chart.js';
import { MARKS, plain as unpainted } from '../characters/style.js';
import { count } from '../figures.js';
import type { WrittenCommand } from '../one-way-card.js';
import type { Picture } from '../platform.js';
import { html } from './text.js';

/** What is shown beside the card. */
export interface HtmlOptions {
  /** Content ids of pictures by chart; a chart without one is drawn with characters. */
  readonly pictures: ReadonlyMap<Chart, { readonly cid: string; readonly picture: Picture }>;
  readonly commands: readonly WrittenCommand[];
  /** The last change; null where none is told. */
  readonly news: string | null;
  readonly remark: string;
}

/** Gmail shows 102 KB of a mail, and hides the rest behind a link. */
export const MOST_BYTES = 90_000;

interface Measure {
  readonly parts: number;
  readonly rows: number;
  readonly text: number;
  readonly cell: number;
}

/** From all there is to hardly more than the verdict; the first that fits is taken. */
const MEASURES: readonly Measure[] = [
  { parts: 30, rows: 60, text: 4_000, cell: 200 },
  { parts: 20, rows: 20, text: 1_000, cell: 100 },
  { parts: 8, rows: 8, text: 300, cell: 60 },
  { parts: 0, rows: 0, text: 300, cell: 60 },
];
const LONGEST_TITLE = 200;
const LONGEST_VERDICT = 1_500;
const LONGEST_COMMAND = 300;
const LONGEST_ALT = 1_000;
const MOST_COLUMNS = 8;
const CHART_COLUMNS = 60;
/** Pixels of a page; a phone shows less of it. */
const WIDTH = 640;

/** At least 4.5:1 on white; each stands beside its mark. */
const INKS: Readonly<Record<Tone, string>> = {
  good: '#1a7340',
  warning: '#8a5a00',
  bad: '#b3261e',
  neutral: '#3b4a5a',
};
/** The same on dark ground. */
const DARK_INKS: Readonly<Record<Tone, string>> = {
  good: '#7ddb9f',
  warning: '#f0c05a',
  bad: '#ff9d94',
  neutral: '#c3ccd6',
};

/**
 * Colours of both are said, as some programs turn the one and not the other. Styles stand in attributes, for many take
 * no sheet; the sheet is for those that show dark and take one.
 */
const SHEET = `
:root { color-scheme: light dark; supported-color-schemes: light dark; }
@media (prefers-color-scheme: dark) {
  .page, .box { background: #1b1e22 !important; color: #e8eaed !important; }
  .quiet { color: #a9b1ba !important; }
  .cell { border-color: #454b53 !important; }
  .code { background: #2a2f35 !important; color: #e8eaed !important; }
${(Object.keys(DARK_INKS) as Tone[]).map((tone) => `  .${tone} { color: ${DARK_INKS[tone]} !important; border-color: ${DARK_INKS[tone]} !important; }`).join('\n')}
}`;

/** A card as an HTML page that reads without pictures, in the light and in the dark. Pure, and never over MOST_BYTES. */
export function renderHtml(card: Card, options: HtmlOptions): string {
  const pages = MEASURES.map((measure) => () => page(card, options, measure));
  for (const draw of pages.slice(0, -1)) {
    const drawn = draw();
    if (Buffer.byteLength(drawn) <= MOST_BYTES) return drawn;
  }
  return pages.at(-1)?.() ?? '';
}

function page(card: Card, { pictures, commands, news, remark }: HtmlOptions, measure: Measure): string {
  const { tone } = card;
  const hidden = card.parts.length - measure.parts;
  const title = html(card.title, LONGEST_TITLE);
  const body = [
    `<h1 class="${tone}" style="margin:0 0 8px;font-size:20px;line-height:1.3;color:${INKS[tone]}">${MARKS[tone]} ${title}</h1>`,
    paragraph(`<strong>${html(card.verdict, LONGEST_VERDICT)}</strong>`),
    ...(news === null ? [] : [paragraph(html(news, measure.text))]),
    ...card.parts.slice(0, measure.parts).map((part) => drawPart(part, pictures, measure)),
    ...(hidden > 0 ? [quiet(`… ${count(hidden)} parts are not shown: the mail would be too large.`)] : []),
    ...(card.advice === null ? [] : [paragraph(`→ <strong>${html(card.advice, measure.text)}</strong>`)]),
    ...(commands.length === 0 ? [] : [drawCommands(commands)]),
    ...[card.footer, remark].filter((text) => text !== null).map((text) => quiet(html(text, measure.text))),
  ];
  return `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark">
<meta name="format-detection" content="telephone=no,date=no,address=no,email=no,url=no">
<title>${title}</title><style>${SHEET}</style></head>
<body class="page" style="margin:0;padding:0;background:#ffffff;color:#1b1e22">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr><td align="center" style="padding:16px">
<table role="presentation" class="box" width="100%" cellpadding="0" cellspacing="0" style="max-width:${WIDTH}px;background:#ffffff;color:#1b1e22;font:15px/1.5 -apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;text-align:left"><tr>
<td class="${tone}" style="border-left:4px solid ${INKS[tone]};padding:0 0 0 16px"><div class="box" style="color:#1b1e22">
${body.join('\n')}
</div></td></tr></table></td></tr></table></body></html>
`;
}

function drawPart(part: CardPart, pictures: HtmlOptions['pictures'], measure: Measure): string {
  switch (part.type) {
    case 'text':
      return part.text
        .split('\n')
        .slice(0, measure.rows)
        .map((one) => paragraph(html(one, measure.text)))
        .join('');
    case 'facts':
      return drawFacts(part.facts, measure);
    case 'table':
      return drawTable(part, measure);
    case 'chart':
      return drawChart(part, pictures);
    default:
      return part satisfies never;
  }
}

function drawFacts(facts: readonly Fact[], { rows, cell }: Measure): string {
  const shown = facts.slice(0, rows).map(({ name, value, note = '' }) => {
    const remark = note === '' ? '' : ` <span class="quiet" style="color:#5a6470">${html(note, cell)}</span>`;
    return `<tr><th scope="row" align="left" valign="top" style="padding:2px 12px 2px 0;font-weight:600">${html(name, cell)}</th><td valign="top" style="padding:2px 0">${html(value, cell * 2)}${remark}</td></tr>`;
  });
  return grid(shown) + more(facts.length - shown.length);
}

function drawTable(table: Table, { rows: most, cell }: Measure): string {
  const columns = table.columns.slice(0, MOST_COLUMNS);
  const draw = (tag: 'th' | 'td', cells: readonly string[]) =>
    `<tr>${columns
      .map(
        ({ align }, at) =>
          `<${tag} class="cell" align="${align}" valign="top" style="padding:4px 12px 4px 0;border-bottom:1px solid #d5dae0">${html(cells[at] ?? '', cell)}</${tag}>`,
      )
      .join('')}</tr>`;
  const rows = table.rows.slice(0, most);
  const drawn = [
    draw(
      'th',
      columns.map(({ name }) => name),
    ),
    ...rows.map((row) => draw('td', row)),
  ];
  const hidden = table.columns.slice(MOST_COLUMNS).map(({ name }) => name);
  return [
    table.title === null ? '' : paragraph(`<strong>${html(table.title, LONGEST_TITLE)}</strong>`),
    grid(drawn),
    more(table.rows.length - rows.length),
    hidden.length === 0
      ? ''
      : quiet(html(`… not shown for want of room: ${hidden.join(', ')}`, LONGEST_VERDICT)),
    table.more === null ? '' : quiet(html(table.more, LONGEST_VERDICT)),
  ].join('');
}

function drawChart(chart: Chart, pictures: HtmlOptions['pictures']): string {
  const shown = pictures.get(chart);
  if (shown !== undefined) {
    const { cid, picture } = shown;
    // Where pictures are blocked, the words stand in their place, in the size of text.
    return `<p style="margin:12px 0"><img src="cid:${cid}" width="${WIDTH - 20}" alt="${html(chart.alt, LONGEST_ALT)}" style="display:block;width:100%;max-width:${Math.round(picture.width)}px;height:auto;border:0;font-size:14px;line-height:1.4"></p>`;
  }
  const lines =
    chart.shape === 'days'
      ? drawDays(chart, CHART_COLUMNS, unpainted)
      : drawBars(chart, CHART_COLUMNS, unpainted);
  const text = lines.map((one) => html(one, CHART_COLUMNS * 2)).join('\n');
  return `<pre class="code" style="margin:12px 0;padding:8px;background:#f2f4f7;color:#1b1e22;font:13px/1.3 Menlo,Consolas,monospace;overflow-x:auto">${text}</pre>`;
}

/** A link in a mail cannot act for anybody: what acts is written where people are known. */
function drawCommands(commands: readonly WrittenCommand[]): string {
  const rows = commands.map(
    ({ label, line }) =>
      `<tr><td valign="top" style="padding:2px 12px 2px 0">${html(label, LONGEST_COMMAND)}</td><td valign="top" style="padding:2px 0"><code class="code" style="background:#f2f4f7;color:#1b1e22;padding:1px 4px;font:13px/1.4 Menlo,Consolas,monospace">${html(line, LONGEST_COMMAND)}</code></td></tr>`,
  );
  return paragraph('<strong>To act, write in the chat:</strong>') + grid(rows);
}

function paragraph(inner: string): string {
  return `<p style="margin:8px 0">${inner}</p>`;
}

function quiet(inner: string): string {
  return `<p class="quiet" style="margin:8px 0;font-size:13px;color:#5a6470">${inner}</p>`;
}

function grid(rows: readonly string[]): string {
  if (rows.length === 0) return '';
  return `<table cellpadding="0" cellspacing="0" style="margin:8px 0;border-collapse:collapse;font-size:14px">${rows.join('\n')}</table>`;
}

function more(hidden: number): string {
  return hidden > 0 ? quiet(`… ${count(hidden)} more are not shown.`) : '';
}
