import type { Card, CardPart, Chart, Tone } from '../card.js';
import type { AnswerFile, Picture } from '../platform.js';
import type { Press } from '../press.js';
import { chartBlock, type Block, factsBlock, fitBlock, tableBlock, textBlock } from './blocks.js';
import { componentsOf } from './components.js';
import { EMBED_LIMITS, type Embed, LONGEST_ALT, type Message } from './message.js';
import { escape, plain } from './text.js';

/** What is shown: a card, what goes with it, and who asked where others see it too. */
export interface Shown {
  readonly card: Card;
  /** Of charts of the card; those that have none are drawn in characters. */
  readonly pictures: ReadonlyMap<Chart, Picture>;
  readonly share: Press | null;
  readonly file: AnswerFile | null;
  readonly askedBy: string | null;
  /** People to be mentioned, by their ids; what is none is left out. */
  readonly mentions?: readonly string[];
  /** Id of the first row of buttons, by which a message is known again. */
  readonly mark?: number | null;
}

/** A message and the files that go with it. */
export interface Rendered {
  readonly message: Message;
  readonly files: readonly { readonly name: string; readonly type: string; readonly bytes: Buffer }[];
  /** Command lines for Inbound.keep: they are too long for their buttons. */
  readonly keep: readonly string[];
}

/** The verdict in one sign, so that it reads in black and white too. */
const MARKS: Readonly<Record<Tone, string>> = { good: '✅', warning: '⚠️', bad: '❌', neutral: 'ℹ️' };
/** At least 3:1 on the dark and on the light theme. */
const COLOURS: Readonly<Record<Tone, number>> = {
  good: 0x2e_8b_57,
  warning: 0xc2_7c_0e,
  bad: 0xd6_45_45,
  neutral: 0x58_65_f2,
};
const PERSON = /^\d+$/u;
const MOST_MENTIONS = 20;
const LONGEST_VERDICT = 900;
const LONGEST_ADVICE = 600;
const LONGEST_FOOTER = 400;
const REST = '… the rest does not fit into one message.';
const PARAGRAPH = '\n\n';

/** A card as one message, never more than Discord takes: what does not fit is counted and said. Pure. */
export function renderCard(shownCard: Shown): Rendered {
  const { card, pictures, share, file, askedBy, mark = null } = shownCard;
  const people = (shownCard.mentions ?? []).filter((id) => PERSON.test(id)).slice(0, MOST_MENTIONS);
  const components = componentsOf(card, share, mark);
  const notes = [
    ...(card.advice === null ? [] : [`→ ${escape(card.advice, LONGEST_ADVICE)}`]),
    ...components.notes.map((note) => escape(note, LONGEST_ADVICE)),
  ];
  const footer = card.footer === null ? '' : plain(card.footer, LONGEST_FOOTER);
  const author = askedBy === null ? '' : plain(`Asked by ${askedBy}`, EMBED_LIMITS.author);
  const title = `${MARKS[card.tone]} ${escape(card.title, EMBED_LIMITS.title - 4)}`;
  const verdict = `**${escape(card.verdict, LONGEST_VERDICT)}**`;

  const reserved = [title, footer, author, REST, ...notes.map((note) => PARAGRAPH + note)].join('').length;
  const pages = createPages(EMBED_LIMITS.total - reserved);
  pages.add(verdict);
  const shown = addParts(card.parts, pictures, pages);
  for (const note of notes) pages.addReserved(note);

  const color = COLOURS[card.tone];
  const embeds = pages.done().map((page, at, all): Embed => {
    const isLast = at === all.length - 1;
    return {
      ...(at === 0 && { title }),
      ...(at === 0 && author !== '' && { author: { name: author } }),
      ...(page.text !== '' && { description: page.text }),
      color,
      ...(page.image !== null && { image: { url: `attachment://${page.image}` } }),
      ...(isLast && footer !== '' && { footer: { text: footer } }),
    };
  });
  const files = [
    ...shown,
    ...(file === null ? [] : [{ name: fileName(file.name), type: file.type, bytes: file.bytes, alt: null }]),
  ];
  return {
    message: {
      content: people.map((id) => `<@${id}>`).join(' '),
      embeds,
      components: components.rows,
      allowed_mentions: { parse: [], ...(people.length > 0 && { users: people }) },
      attachments: files.map(({ name, alt }, id) => ({
        id,
        filename: name,
        ...(alt !== null && { description: alt }),
      })),
    },
    files: files.map(({ name, type, bytes }) => ({ name, type, bytes })),
    keep: components.keep,
  };
}

interface PictureFile {
  readonly name: string;
  readonly type: string;
  readonly bytes: Buffer;
  readonly alt: string;
}

/** Adds the parts in order, and gives the pictures that went in. */
function addParts(
  parts: readonly CardPart[],
  pictures: ReadonlyMap<Chart, Picture>,
  pages: Pages,
): PictureFile[] {
  const files: PictureFile[] = [];
  for (const part of parts) {
    const picture = part.type === 'chart' ? pictures.get(part) : undefined;
    if (part.type === 'chart' && picture !== undefined) {
      const name = `chart-${files.length + 1}.png`;
      if (pages.addImage(name)) {
        files.push({ name, type: 'image/png', bytes: picture.png, alt: plain(part.alt, LONGEST_ALT) });
        continue;
      }
    }
    const room = pages.room();
    const text = fitBlock(blockOf(part), room);
    if (text === null) {
      pages.addReserved(REST);
      break;
    }
    pages.add(text);
  }
  return files;
}

function blockOf(part: CardPart): Block {
  switch (part.type) {
    case 'text':
      return textBlock(part.text);
    case 'facts':
      return factsBlock(part.facts);
    case 'table':
      return tableBlock(part);
    case 'chart':
      return chartBlock(part);
    default:
      return part satisfies never;
  }
}

interface Page {
  readonly text: string;
  /** Name of the picture below the text; whatever follows stands on the next page. */
  readonly image: string | null;
}

interface Pages {
  /** Characters that the next text may have. */
  room(): number;
  add(text: string): void;
  /** Adds what room was kept for. */
  addReserved(text: string): void;
  /** False when there is no further page for one. */
  addImage(name: string): boolean;
  done(): readonly Page[];
}

/** Text and pictures over embeds of one message: a picture stands at the end of its embed. */
function createPages(budget: number): Pages {
  const pages: Page[] = [{ text: '', image: null }];
  let left = budget;
  const last = (): Page => pages.at(-1) ?? { text: '', image: null };
  const addReserved = (text: string) => {
    const page = last();
    const joined = page.text === '' ? text : page.text + PARAGRAPH + text;
    if (page.image === null && joined.length <= EMBED_LIMITS.description)
      pages[pages.length - 1] = { ...page, text: joined };
    else if (pages.length < EMBED_LIMITS.embeds) pages.push({ text, image: null });
  };
  return {
    room: () => Math.min(left - PARAGRAPH.length, EMBED_LIMITS.description),
    add: (text) => {
      left -= text.length + PARAGRAPH.length;
      addReserved(text);
    },
    addReserved,
    addImage: (name) => {
      // One is kept for what follows the picture.
      if (pages.length + 1 >= EMBED_LIMITS.embeds) return false;
      const page = last();
      if (page.image === null) pages[pages.length - 1] = { ...page, image: name };
      else pages.push({ text: '', image: name });
      return true;
    },
    done: () => pages,
  };
}

/** Discord takes letters, digits and `_.-` in names of files. */
function fileName(name: string): string {
  return name.replaceAll(/[^\w.-]+/gu, '_').slice(-100) || 'file';
}
