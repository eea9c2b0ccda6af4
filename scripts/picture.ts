/** Draws docs/summary-card.svg: the card that the README shows, as a terminal shows it, from the demo's data. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import stringWidth from 'string-width';
import { dispatch } from '../src/bot/dispatch.js';
import { COMMANDS } from '../src/bot/registry.js';
import { renderCard } from '../src/bot/terminal/render.js';
import { takeInSamples } from '../src/cli/demo.js';
import { readConfig } from '../src/config.js';
import { openSystem } from '../src/system.js';

const QUESTION = 'summary example.org';
/** A day of its own, so that the picture changes only when the card does. */
const NOW = new Date('2026-10-01T09:00:00Z');
const COLUMNS = 80;
const CELL = { width: 8.4, height: 18 };
const MARGIN = 20;
/** SGR parameters of the terminal renderer → look on a dark ground. */
const LOOKS: Readonly<Record<string, string>> = {
  '1': 'font-weight="bold"',
  '2': 'fill="#8b949e"',
  '31': 'fill="#ff7b72"',
  '32': 'fill="#56d364"',
  '33': 'fill="#e3b341"',
  '36': 'fill="#79c0ff"',
};

// oxlint-disable-next-line no-control-regex -- finding the escapes is the point
const ESCAPE = /(\u001b\[\d+m)/u;

const folder = await mkdtemp(join(tmpdir(), 'dmarc-ops-picture-'));
const config = { ...readConfig({}), dataDir: folder };
const system = await openSystem({ config, note: () => {}, now: () => NOW });
try {
  await takeInSamples(system.context);
  const { card } = await dispatch({ text: QUESTION, context: system.context, local: true }, COMMANDS);
  const lines = [
    `dmarc> /dmarc ${QUESTION}`,
    '',
    ...renderCard(card, { columns: COLUMNS, colour: true }).trimEnd().split('\n'),
  ];
  await writeFile(new URL('../docs/summary-card.svg', import.meta.url), svg(lines));
} finally {
  await system.close();
  await rm(folder, { recursive: true, force: true });
}

function svg(lines: readonly string[]): string {
  const width = COLUMNS * CELL.width + 2 * MARGIN;
  const height = lines.length * CELL.height + 2 * MARGIN;
  const rows = lines.map((line, index) => {
    const y = MARGIN + (index + 0.75) * CELL.height;
    return `<text y="${y.toFixed(1)}">${runs(line)}</text>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="The card of /dmarc ${QUESTION} in a terminal">`,
    `<rect width="100%" height="100%" rx="8" fill="#0d1117"/>`,
    `<g font-family="ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace" font-size="14" fill="#e6edf3">`,
    ...rows,
    '</g></svg>',
    '',
  ].join('\n');
}

/** Pieces of one look each, every one placed by its column and stretched to its cells, whatever the font is. */
function runs(line: string): string {
  let look = '';
  let column = 0;
  return line
    .split(ESCAPE)
    .map((piece) => {
      const code = piece.startsWith('\u001b') ? piece.slice(2, -1) : undefined;
      if (code !== undefined) {
        look = LOOKS[code] ?? '';
        return '';
      }
      if (piece === '') return '';
      const x = (MARGIN + column * CELL.width).toFixed(1);
      const cells = stringWidth(piece);
      column += cells;
      return `<tspan x="${x}" textLength="${(cells * CELL.width).toFixed(1)}" ${look}>${escape(piece)}</tspan>`;
    })
    .join('');
}

/** Spaces would be folded: no-break ones are not. */
function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll(' ', '\u00a0');
}
