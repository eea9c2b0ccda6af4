import type { Card, Chart } from '../../src/bot/card.js';
import type { ActionRow, Embed } from '../../src/bot/discord/message.js';
import { renderCard } from '../../src/bot/discord/render.js';
import type { Picture } from '../../src/bot/platform.js';
import { LOGO } from './logo.js';
import { escapeHtml, page } from './page.js';

const CORE = '/node_modules/@skyra/discord-components-core/dist/index.js';
/** Where browsers find what the components import by name. */
const IMPORTS = Object.fromEntries(
  ['lit', 'lit-html', '@lit/reactive-element', 'lit-element/lit-element.js', '@lit/context'].flatMap(
    (name) =>
      name === 'lit-element/lit-element.js'
        ? [[name, `/node_modules/${name}`]]
        : [
            [name, `/node_modules/${name}/${MAIN(name)}`],
            [`${name}/`, `/node_modules/${name}/`],
          ],
  ),
);

function MAIN(name: string): string {
  if (name === 'lit-html') return 'lit-html.js';
  return name === '@lit/reactive-element' ? 'reactive-element.js' : 'index.js';
}

/** A card as embeds, drawn by `@skyra/discord-components-core`. */
export function discordPage(card: Card, pictures: ReadonlyMap<Chart, Picture>): string {
  const { message, files } = renderCard({
    card,
    pictures,
    share: { command: 'share', audience: 'channel' },
    file: null,
    askedBy: null,
  });
  const urls = new Map(
    files.map(({ name, type, bytes }) => [
      `attachment://${name}`,
      `data:${type};base64,${bytes.toString('base64')}`,
    ]),
  );
  return page({
    head: `<script type="importmap">${JSON.stringify({ imports: IMPORTS })}</script>
<script type="module">import ${JSON.stringify(CORE)};</script>
<script>window.drawn = Promise.all(['message', 'embed', 'embed-description', 'button'].map((name) => customElements.whenDefined('discord-' + name)));</script>`,
    width: 740,
    style: `#shot { background: #313338; }
discord-messages { font-family: Inter, sans-serif; border: 0; }
pre { margin: 4px 0; padding: 8px; background: #2b2d31; border: 1px solid #1e1f22; border-radius: 4px; font: 13px/17px 'DejaVu Sans Mono', monospace; white-space: pre-wrap; color: #dbdee1; }`,
    body: `<discord-messages><discord-message author="DMARC" bot avatar="${LOGO}" timestamp="2026-10-01">
${message.embeds.map((embed) => embedHtml(embed, urls)).join('')}
<discord-attachments slot="components">${message.components.map(rowHtml).join('')}</discord-attachments>
</discord-message></discord-messages>`,
  });
}

function embedHtml(embed: Embed, urls: ReadonlyMap<string, string>): string {
  const colour = `#${(embed.color ?? 0).toString(16).padStart(6, '0')}`;
  const image = embed.image === undefined ? '' : ` image="${urls.get(embed.image.url) ?? ''}"`;
  const title = embed.title === undefined ? '' : ` embed-title="${escapeHtml(unescaped(embed.title))}"`;
  return `<discord-embed slot="embeds" color="${colour}"${title}${image}>
<discord-embed-description slot="description">${markdown(embed.description ?? '')}</discord-embed-description>
${embed.footer === undefined ? '' : `<discord-embed-footer slot="footer">${escapeHtml(embed.footer.text)}</discord-embed-footer>`}
</discord-embed>`;
}

const STYLES = { 1: 'primary', 2: 'secondary' } as const;

function rowHtml({ components }: ActionRow): string {
  const inside = components.map((one) =>
    one.type === 2
      ? `<discord-button type="${STYLES[one.style]}">${escapeHtml(one.label)}</discord-button>`
      : `<discord-button type="secondary">${escapeHtml(one.placeholder)} ▾</discord-button>`,
  );
  return `<discord-action-row>${inside.join('')}</discord-action-row>`;
}

/** Titles of the components take no markdown. */
function unescaped(text: string): string {
  return text.replaceAll(/\\([^A-Za-z0-9\s])/gu, '$1');
}

/** The little of Discord's markdown that our renderer writes: blocks of code, bold, and escapes. */
function markdown(text: string): string {
  return text
    .split(/```(?:\w*\n)?([^]*?)```/u)
    .map((piece, at) =>
      at % 2 === 1
        ? `<pre>${escapeHtml(piece.replace(/\n$/u, ''))}</pre>`
        : piece
            .split(/(\\[^A-Za-z0-9\s]|\*\*)/u)
            .reduce(
              ({ html, bold }, part) => {
                if (part === '**') return { html: html + (bold ? '</strong>' : '<strong>'), bold: !bold };
                const shown = part.startsWith('\\') ? part.slice(1) : part;
                return { html: html + escapeHtml(shown).replaceAll('\n', '<br>'), bold };
              },
              { html: '', bold: false },
            )
            .html.replace(/^(?:<br>)+|(?:<br>)+$/gu, ''),
    )
    .join('');
}
