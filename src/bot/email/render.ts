import type { Card, CardPart, Chart } from '../card.js';
import type { Moment } from '../figures.js';
import type { OneWayPost } from '../one-way.js';
import { changeText, commandsOf } from '../one-way-card.js';
import type { Picture } from '../platform.js';
import { renderCard } from '../terminal/render.js';
import { renderHtml } from './html.js';
import { line } from './text.js';

export interface Mail {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly pictures: readonly { readonly cid: string; readonly png: Buffer }[];
}

/** RFC 5322 §2.1.1 folds longer lines; programs show about so much of a subject. */
const LONGEST_SUBJECT = 150;
/** RFC 3676 §4.2, less what is put before it when it is quoted. */
const TEXT_COLUMNS = 74;
const REMARK = 'This mail was sent by dmarc-ops. News about the same is sent as an answer to the first mail.';

/** A post as a mail: the same in text and in HTML, with pictures inside. Pure. */
export function renderMail(post: OneWayPost, pictures: ReadonlyMap<Chart, Picture>, now: Moment): Mail {
  const { card, change } = post;
  const commands = commandsOf(card);
  const news = change === null ? null : `Last change: ${changeText(change, now)}`;
  const shown = [...pictures].map(
    ([chart, picture], at) => [chart, { cid: `chart-${at + 1}`, picture }] as const,
  );
  return {
    subject: subjectOf(post),
    html: renderHtml(card, { pictures: new Map(shown), commands, news, remark: REMARK }),
    text: renderText(card, commands, news),
    pictures: shown.map(([, { cid, picture }]) => ({ cid, png: picture.png })),
  };
}

/** `[acknowledged] Alert 17: Failures of example.com`: lists of mails show no more. */
function subjectOf({ subject, alert, card }: OneWayPost): string {
  if (subject === 'test') return line(`[test] ${card.title}`, LONGEST_SUBJECT);
  if (alert === null) return line(card.title, LONGEST_SUBJECT);
  const number = `Alert ${alert.id}: `;
  const title = card.title.startsWith(number) ? card.title : number + card.title;
  return line(`[${alert.state}] ${title}`, LONGEST_SUBJECT);
}

function renderText(card: Card, commands: ReturnType<typeof commandsOf>, news: string | null): string {
  const first: CardPart[] = news === null ? [] : [{ type: 'text', text: news }];
  const facts = commands.map(({ label, line: value }) => ({ name: label, value }));
  const last: CardPart[] =
    facts.length === 0
      ? []
      : [
          { type: 'text', text: 'To act, write in the chat:' },
          { type: 'facts', facts },
        ];
  return renderCard(
    {
      ...card,
      parts: [...first, ...card.parts, ...last],
      buttons: [],
      form: null,
      footer: [card.footer, REMARK].filter((text) => text !== null).join(' · '),
    },
    { columns: TEXT_COLUMNS },
  );
}
