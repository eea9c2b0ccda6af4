import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createElement } from 'react';
// @ts-expect-error: types of react-dom are a package that nothing else here needs
import { renderToStaticMarkup } from 'react-dom/server';
import { Message, type MessageProps } from 'slack-blocks-to-jsx';
import type { Card, Chart } from '../../src/bot/card.js';
import type { Picture } from '../../src/bot/platform.js';
import { renderCard } from '../../src/bot/slack/render.js';
import { LOGO } from './logo.js';
import { page } from './page.js';

const STYLE = readFileSync(
  createRequire(import.meta.url).resolve('slack-blocks-to-jsx/dist/style.css'),
  'utf8',
);

/** A card as a message of Block Kit, drawn by `slack-blocks-to-jsx`. */
export function slackPage(card: Card, pictures: ReadonlyMap<Chart, Picture>): string {
  const { blocks } = renderCard(card, {
    // In Slack a picture is named by the id of its file; here by its bytes.
    pictures: new Map([...pictures].map(([chart, { key }]) => [chart, key])),
    share: { command: 'share', audience: 'channel' },
  });
  const byKey = new Map([...pictures.values()].map((picture) => [picture.key, picture]));
  const shown = blocks.map((block) => {
    const id =
      block.type === 'image' && 'slack_file' in block ? (block.slack_file as { id?: string }).id : undefined;
    const picture = id === undefined ? undefined : byKey.get(id);
    if (picture === undefined) return block;
    const { slack_file: _, ...rest } = block as typeof block & { slack_file: unknown };
    return { ...rest, image_url: `data:image/png;base64,${picture.png.toString('base64')}` };
  });
  const message = createElement(Message, {
    name: 'DMARC',
    logo: LOGO,
    time: new Date('2026-10-01T09:00:00Z'),
    blocks: shown as unknown as MessageProps['blocks'],
  });
  return page({
    head: '',
    width: 680,
    style: `${STYLE}
#shot { padding: 16px; background: #fff; }
.slack_blocks_to_jsx img { max-width: 100%; }`,
    body: (renderToStaticMarkup as (element: unknown) => string)(message),
  });
}
