import type { Card } from '../../src/bot/card.js';
import { renderCard } from '../../src/bot/terminal/render.js';
import { escapeHtml, page } from './page.js';

/** SGR parameters of the terminal's renderer → style on a dark ground. */
const LOOKS: Readonly<Record<string, string>> = {
  '1': 'font-weight:bold',
  '2': 'color:#8b949e',
  '31': 'color:#ff7b72',
  '32': 'color:#56d364',
  '33': 'color:#e3b341',
  '36': 'color:#79c0ff',
};
// oxlint-disable-next-line no-control-regex -- finding the escapes is the point
const ESCAPE = /\u001b\[(\d+)m/gu;

/** A card as an 80-column terminal shows it. */
export function terminalPage(card: Card, question: string): string {
  const text = escapeHtml(`dmarc> ${question}\n\n${renderCard(card, { columns: 80, colour: true })}`);
  const body = text.replaceAll(ESCAPE, (_, code: string) =>
    code === '0' ? '</span>' : `<span style="${LOOKS[code] ?? ''}">`,
  );
  return page({
    head: '',
    width: 720,
    style: `#shot { background: #0d1117; padding: 16px 20px; }
pre { margin: 0; color: #e6edf3; font: 14px/18px 'DejaVu Sans Mono', ui-monospace, monospace; }`,
    body: `<pre>${body}</pre>`,
  });
}
