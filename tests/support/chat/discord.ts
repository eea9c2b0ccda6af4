import { parts, startFakeDiscord } from '../../fakes/discord/server.js';
import type { KeptInteraction, KeptMessage } from '../../fakes/discord/state.js';
import { until } from '../until.js';
import { asRead, type ChatUser, type Seen, type Side } from './side.js';

/** Ids of people, which are numbers of 17 digits and more. */
const FIRST_PERSON = 200_000_000_000_000_000n;
const CHANNELS = 40;
const ORIGINAL = /\/messages\/@original$/u;

/** Discord: people ask by `/dmarc ask`, each in a channel. */
export async function startDiscordSide() {
  const fake = await startFakeDiscord({ identifyEveryMs: 0 });
  const names = Array.from({ length: CHANNELS }, (_, number) => `channel-${number}`);
  const server = fake.addServer('Example', names);
  const messages = new Map<string, KeptMessage>();
  const channels = new Map<ChatUser, (typeof server.channels)[number]>();
  let people = 0;

  const seenOf = (message: KeptMessage): Seen => {
    const key = `${message.id} ${message.edits}`;
    messages.set(key, message);
    const { text, live } = readBody(message);
    return {
      key,
      text,
      live,
      toAll: message.onlyFor === null,
      pictures: pictureNames(message).map((_, at) => attachmentsOf(message)[at]?.description ?? ''),
      files: message.files.filter(({ type }) => type !== 'image/png'),
    };
  };
  const acknowledged = async (interaction: KeptInteraction): Promise<number> => {
    await until('Discord is told', () => Promise.resolve(interaction.acknowledgedAt));
    return 200;
  };
  const messageOf = ({ key }: Seen): KeptMessage => {
    const found = messages.get(key);
    if (found === undefined) throw new Error('there is no such message');
    return found;
  };

  const side: Side = {
    name: 'discord',
    environment: {
      DISCORD_TOKEN: fake.token,
      DISCORD_API_URL: fake.api,
      DISCORD_CDN_URL: fake.cdn,
    },
    workspace: server.id,
    reach: async () => {
      await until('Discord is connected', () =>
        Promise.resolve(fake.gateway.connected() > 0 && fake.state.commands.length > 0 ? true : null),
      );
    },
    user: (name, beside) => {
      people += 1;
      const id = String(FIRST_PERSON + BigInt(people));
      const channel = (beside && channels.get(beside)) ?? server.channels[people];
      if (channel === undefined) throw new Error('there are no channels left');
      let last: KeptInteraction | null = null;
      const did = (interaction: KeptInteraction) => {
        last = interaction;
        return acknowledged(interaction);
      };
      const user: ChatUser = {
        name,
        type: (text) => did(fake.command(channel, id, 'ask', { text })),
        press: (on, label) => did(fake.press(messageOf(on), id, label)),
        write: async (on, label, text) => {
          const opened = fake.press(messageOf(on), id, label);
          const modal = await until('the modal', () => Promise.resolve(opened.modal));
          const [field] = (modal['components'] as readonly { readonly component: Field }[]).map(
            ({ component }) => component.custom_id,
          );
          return did(fake.submit(opened, { [field ?? '']: text }));
        },
        hold: (on, label) => {
          const held = parts(messageOf(on)).find((part) => part['label'] === label)?.['custom_id'];
          if (typeof held !== 'string') throw new Error(`the message has no button ${label}`);
          return () => did(fake.pressId(messageOf(on), id, held));
        },
        remove: (on) => fake.remove(messageOf(on)),
        drop: (file, bytes) =>
          did(fake.command(channel, id, 'upload', { [FILE_OPTION]: { name: file, bytes } })),
        again: () => {
          if (last === null) throw new Error('nothing was done');
          fake.gateway.dispatch('INTERACTION_CREATE', last.event);
          return Promise.resolve(200);
        },
        seen: () => [...fake.messages(channel), ...fake.seenBy(id)].map(seenOf),
        buttons: (on) =>
          parts(messageOf(on)).flatMap(({ label }) => (typeof label === 'string' ? [label] : [])),
      };
      channels.set(user, channel);
      return user;
    },
    trouble: (kind) => {
      if (kind === 'wait') fake.fault({ path: ORIGINAL, times: 1, type: 'limited', seconds: 1 });
      else if (kind === 'server') fake.fault({ path: ORIGINAL, times: 1, type: 'status', status: 503 });
      else fake.fault({ path: ORIGINAL, times: 1, type: 'status', status: 400, code: 50_035 });
    },
    stop: () => fake.stop(),
  };
  return { ...side, fake };
}

const FILE_OPTION = 'file';

interface Field {
  readonly custom_id: string;
}

interface Embed {
  readonly author?: { readonly name: string };
  readonly title?: string;
  readonly description?: string;
  readonly fields?: readonly { readonly name: string; readonly value: string }[];
  readonly footer?: { readonly text: string };
  readonly image?: { readonly url: string };
  readonly url?: string;
}

function embedsOf({ body }: KeptMessage): readonly Embed[] {
  return (body['embeds'] ?? []) as readonly Embed[];
}

function attachmentsOf({ body }: KeptMessage): readonly { readonly description?: string }[] {
  return (body['attachments'] ?? []) as readonly { readonly description?: string }[];
}

function pictureNames(message: KeptMessage): readonly string[] {
  return embedsOf(message).flatMap(({ image }) => image?.url ?? []);
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** Text as Discord shows it, and what it would act on: anything that marks a format or a mention and is not escaped. */
function readBody(message: KeptMessage): { readonly text: string; readonly live: readonly string[] } {
  const pieces = [
    textOf(message.body['content']),
    ...embedsOf(message).flatMap(({ author, title, description, fields = [], footer }) => [
      author?.name,
      title,
      description,
      ...fields.flatMap(({ name, value }) => [name, value]),
      footer?.text,
    ]),
  ].filter((piece) => piece !== undefined && piece !== '');
  const live = embedsOf(message).flatMap(({ title = '', description = '', fields = [] }) =>
    [title, description, ...fields.flatMap(({ name, value }) => [name, value])].flatMap(actedOn),
  );
  const allowed = message.body['allowed_mentions'] as { readonly parse?: readonly string[] } | undefined;
  if (allowed?.parse?.length !== 0) live.push('mentions are allowed');
  return { text: asRead(pieces.join('\n').replaceAll(/\\([\p{P}\p{S}])/gu, '$1')), live };
}

/** Formats of our own stand around whole lines: bold, and blocks of code. */
function actedOn(text: string): string[] {
  const bare = text
    .replaceAll(/```[^`]*```/gu, '')
    .replaceAll(/\\[\p{P}\p{S}]/gu, '')
    .replaceAll('**', '');
  return [/<[@#!:/t][^>]*>/u, /\[[^\]]*\]\(/u, /https?:\/\//u, /@(?:everyone|here)/u, /[_~|`]/u]
    .filter((pattern) => pattern.test(bare))
    .map((pattern) => `${pattern.source} in ${bare.slice(0, 200)}`);
}
