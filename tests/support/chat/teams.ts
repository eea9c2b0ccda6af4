import { randomUUID } from 'node:crypto';
import { walk } from '../../fakes/teams/card-rules.js';
import { dig, digText } from '../../fakes/teams/json.js';
import { FAKE_TENANT, startFakeTeams } from '../../fakes/teams/server.js';
import type { FakeConversation, FakeMessage, FakePerson } from '../../fakes/teams/state.js';
import { until } from '../until.js';
import { asRead, type ChatUser, type Seen, type Side } from './side.js';

const PATH = '/teams/messages';
const DOMAIN = 'teams.example';

/** Microsoft Teams: people ask in their personal chat with the bot, and in a channel where they are told to. */
export async function startTeamsSide() {
  // Its rates have tests of their own; here people speak fast.
  let clock = 0;
  const fake = await startFakeTeams({ now: () => (clock += 3_600_000) });
  const messages = new Map<string, FakeMessage>();
  const channels = new Map<ChatUser, { readonly channel: FakeConversation; readonly person: FakePerson }>();

  const seenOf = (message: FakeMessage): Seen => {
    const key = `${message.id} ${message.edits}`;
    // As it is seen now: it may be changed in place.
    messages.set(key, { ...message });
    const content = cardOf(message);
    const nodes = [...walk(content)];
    return {
      key,
      text: asRead(textOf(content)),
      toAll: message.targeted === null && message.conversation.startsWith('19:'),
      pictures: nodes.filter(({ type }) => type === 'Image').map((node) => String(node['altText'])),
      // Offered: its bytes come when the person agrees.
      files: offerOf(message).map((name) => ({ name, bytes: Buffer.alloc(0) })),
      live: nodes.flatMap(liveIn),
    };
  };
  const messageOf = ({ key }: Seen): FakeMessage => {
    const found = messages.get(key);
    if (found === undefined) throw new Error('there is no such message');
    return found;
  };

  const side: Side = {
    name: 'teams',
    environment: fake.environment(),
    workspace: FAKE_TENANT,
    reach: (url) => {
      fake.connect(`${url}${PATH}`);
      return Promise.resolve();
    },
    user: (name, beside) => {
      const person = fake.person(name, { userPrincipalName: `${name.toLowerCase()}@${DOMAIN}` });
      const chat = fake.personalChat(person);
      const shared = beside && channels.get(beside)?.channel;
      shared?.members.push(person);
      const channel = shared ?? fake.channel(person);
      let last = (): Promise<{ readonly status: number }> => Promise.reject(new Error('nothing was done'));
      const act = async (done: () => Promise<{ readonly status: number }>) => {
        last = done;
        return (await done()).status;
      };
      const press = (on: Seen, label: string): Promise<number> => {
        const id = randomUUID();
        return act(() => {
          fake.reload();
          return fake.press(person, messageOf(on), label, { id });
        });
      };
      const user: ChatUser = {
        name,
        type: (text) => {
          const id = randomUUID();
          return act(() => fake.say(person, chat, text, { id }));
        },
        press,
        // What is seen is kept as it was.
        hold: (on, label) => () => press(on, label),
        write: (on, label, text) => {
          const id = randomUUID();
          const [unfolds] = [...walk(cardOf(messageOf(on)))].filter(
            ({ type, title }) => type === 'Action.ShowCard' && title === label,
          );
          if (unfolds === undefined) throw new Error(`${label} asks for no text`);
          const [field] = [...walk(unfolds['card'])].filter(({ type }) => type === 'Input.Text');
          const option = String(field?.['id']).split('.').at(-1) ?? '';
          return act(() => {
            fake.reload();
            return fake.press(person, messageOf(on), label, { id, written: { [option]: text } });
          });
        },
        remove: (on) => {
          const { id } = messageOf(on);
          for (const message of fake.messages(channel, person)) if (message.id === id) fake.remove(message);
        },
        drop: (file, bytes) => act(() => fake.dropFile(person, chat, file, bytes)),
        again: () => act(last),
        seen: () => [...fake.messages(channel, person), ...fake.messages(chat, person)].map(seenOf),
        buttons: (on) =>
          [...walk(cardOf(messageOf(on)))]
            .filter(({ type }) => type === 'Action.Execute')
            .map((button) => String(button['title'])),
      };
      channels.set(user, { channel, person });
      return user;
    },
    // A pressed button's card is changed in place.
    trouble: (kind) => {
      if (kind === 'wait') fake.fault({ method: 'PUT', status: 429, retryAfter: 1 });
      else fake.fault({ method: 'PUT', status: kind === 'server' ? 503 : 413, code: 'MessageSizeTooBig' });
    },
    stop: () => fake.stop(),
  };
  return {
    ...side,
    fake,
    /** Asks in the channel of somebody, by the bot's name. */
    mention: (user: ChatUser, text: string): Promise<{ readonly status: number }> => {
      const place = channels.get(user);
      if (place === undefined) throw new Error('there is no such person');
      return fake.say(place.person, place.channel, text);
    },
    /** Every call on the channel of somebody is refused with this code; null for none. */
    refuse: (user: ChatUser, code: string | null): void => {
      const place = channels.get(user);
      if (place === undefined) throw new Error('there is no such person');
      place.channel.refused = code;
    },
    /** Agrees to a file that is offered; gives what was put into their OneDrive. */
    agree: async (user: ChatUser, on: Seen): Promise<Buffer> => {
      const place = channels.get(user);
      if (place === undefined) throw new Error('there is no such person');
      const files = fake.drive.size;
      const before = user.seen().length;
      await fake.consent(place.person, messageOf(on), 'accept');
      // The file is put, and then shown.
      await until('the file', () => Promise.resolve(user.seen()[before] ?? null));
      const bytes = [...fake.drive.values()][files];
      if (bytes === undefined) throw new Error('nothing was put');
      return bytes;
    },
  };
}

function offerOf(message: FakeMessage): readonly string[] {
  const [type, name] = ['contentType', 'name'].map((field) =>
    digText(message.activity, 'attachments', 0, field),
  );
  return type === 'application/vnd.microsoft.teams.card.file.consent' && name !== undefined ? [name] : [];
}

function cardOf(message: FakeMessage): unknown {
  return dig(message.activity, 'attachments', 0, 'content');
}

/** Text of a card in order, one piece a line. */
function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.map(textOf).filter(Boolean).join('\n');
  if (typeof value !== 'object' || value === null) return '';
  const own = 'text' in value && typeof value.text === 'string' ? value.text : '';
  return [own, ...Object.values(value).map(textOf)].filter(Boolean).join('\n');
}

/** Elements that read markdown, or that lead elsewhere. */
function liveIn(node: Readonly<Record<string, unknown>>): string[] {
  const { type, url } = node;
  return [
    ...(type === 'TextBlock' || type === 'FactSet' ? [`markdown in ${type}`] : []),
    ...(type === 'Action.OpenUrl' || 'selectAction' in node ? ['a link'] : []),
    ...(type === 'Image' && !String(url).startsWith('data:') ? [`a picture of ${String(url)}`] : []),
  ];
}
