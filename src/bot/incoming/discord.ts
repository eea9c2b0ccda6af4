import { CODE } from '../discord/errors.js';
import { renderCard, type Rendered } from '../discord/render.js';
import type { OneWaySpeaker } from '../one-way.js';
import { standingCard } from '../one-way-card.js';
import { picturesOf } from '../pictures-of.js';
import { Gone, type MessageRef, Refused, TryLater } from '../platform.js';
import type { CallAnswer } from '../webhook/call.js';
import { settle } from '../webhook/errors.js';
import { addressOf } from '../webhook/platform.js';
import type { IncomingOptions } from './options.js';

const HOST = 'Discord';
const MOST_PICTURES = 3;
const GONE: Readonly<Record<number, string>> = {
  [CODE.unknownWebhook]: 'the webhook was deleted',
  [CODE.invalidWebhookToken]: 'the webhook has another token',
  [CODE.unknownChannel]: 'the channel was deleted',
  [CODE.unknownGuild]: 'the server was deleted',
};

/** Posts to webhooks of Discord; with pictures, and without them where Discord does not take them. */
export function discordIncoming({ settings, call, draw }: IncomingOptions): OneWaySpeaker {
  return {
    edits: false,
    post: async (to, post) => {
      const url = addressOf('discord-webhook', to, settings);
      // Else Discord does not say whether the message was taken.
      url.searchParams.set('wait', 'true');
      const card = standingCard(post);
      const pictures = await picturesOf(card, draw, MOST_PICTURES);
      const shown = { card, share: null, file: null, askedBy: null };
      const full = await call({ url, ...(await formOf(renderCard({ ...shown, pictures }))) });
      if (full.status !== 400 && full.status !== 413) return settleDiscord(full);
      if (pictures.size === 0) return settleDiscord(full);
      return settleDiscord(
        await call({ url, ...(await formOf(renderCard({ ...shown, pictures: new Map() }))) }),
      );
    },
  };
}

/** JSON, with the files beside it where there are some: docs.discord.com/developers/reference#uploading-files */
async function formOf({
  message,
  files,
}: Rendered): Promise<{ headers: Readonly<Record<string, string>>; body: Buffer }> {
  // Components are of applications alone.
  const { components: _components, ...rest } = message;
  const json = JSON.stringify(rest);
  if (files.length === 0) return { headers: { 'content-type': 'application/json' }, body: Buffer.from(json) };
  const form = new FormData();
  form.set('payload_json', json);
  for (const [at, { name, type, bytes }] of files.entries())
    form.set(`files[${at}]`, new Blob([new Uint8Array(bytes)], { type }), name);
  const written = new Response(form);
  return {
    headers: { 'content-type': written.headers.get('content-type') ?? '' },
    body: Buffer.from(await written.arrayBuffer()),
  };
}

function settleDiscord(answer: CallAnswer): MessageRef {
  const { id, code, retry_after: seconds } = fieldsOf(answer.text);
  if (answer.status >= 200 && answer.status < 300) return typeof id === 'string' ? { id } : {};
  const gone = typeof code === 'number' ? GONE[code] : undefined;
  if (gone !== undefined) throw new Gone('channel', `Discord does not take messages here any more: ${gone}.`);
  if (answer.status === 401 || answer.status === 403 || answer.status === 404)
    throw new Gone('channel', `Discord does not take messages here any more (${answer.status}).`);
  if (answer.status === 429 && typeof seconds === 'number') throw new TryLater(seconds * 1_000, 'channel');
  if (answer.status === 400)
    throw new Refused(`Discord refused the message (400${typeof code === 'number' ? `, ${code}` : ''}).`);
  settle(HOST, answer);
  return {};
}

function fieldsOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const read: unknown = JSON.parse(text);
    return typeof read === 'object' && read !== null ? (read as Record<string, unknown>) : {};
  } catch {
    // Cut, as messages may be long; the id comes first.
    const id = /^\{[^{}[\]]*?"id":\s?"(\d+)"/u.exec(text)?.[1];
    return id === undefined ? {} : { id };
  }
}
