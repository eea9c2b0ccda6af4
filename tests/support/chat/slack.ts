import { interpreted, shownText } from '../../fakes/slack/seen.js';
import type { Envelope } from '../../fakes/slack/people.js';
import { startFakeSlack } from '../../fakes/slack/server.js';
import type { Message } from '../../fakes/slack/state.js';
import { until } from '../until.js';
import { asRead, type ChatUser, type Seen, type Side } from './side.js';

const PATH = '/slack/events';

/** Slack, over HTTP or Socket Mode: people write `/dmarc` in channels, and drop files in their direct messages. */
export async function startSlackSide(way: 'http' | 'socket' = 'http', now: () => Date = () => new Date()) {
  const fake = await startFakeSlack({ now: () => now().getTime() });
  const { state } = fake;
  const channels = new Map<ChatUser, string>();
  const messages = new Map<string, Message>();

  const seenOf = (message: Message): Seen => {
    const key = `${message.channel} ${message.ts} ${message.edits}`;
    messages.set(key, message);
    return {
      key,
      text: asRead(message.blocks.length === 0 ? message.text : shownText(message.blocks)),
      toAll: message.visibleTo === null && state.channels.get(message.channel)?.type !== 'im',
      pictures: message.blocks
        .filter(({ type }) => type === 'image')
        .map((block) => String(block['alt_text'])),
      files: message.files.flatMap((id) => state.files.get(id) ?? []),
      live: interpreted(message),
    };
  };
  const messageOf = ({ key }: Seen): Message => {
    const found = messages.get(key);
    if (found === undefined) throw new Error('there is no such message');
    return found;
  };

  const side: Side = {
    name: 'slack',
    environment: fake.environment(way),
    workspace: state.team,
    reach: (url) => {
      if (way === 'http') fake.connect(`${url}${PATH}`);
      return Promise.resolve();
    },
    user: (name, beside) => {
      const id = fake.person(name, { email: `${name.toLowerCase()}@slack.example` });
      const channel = (beside && channels.get(beside)) ?? fake.channel(`of-${name}`, []);
      state.channels.get(channel)?.members.add(id);
      const direct = fake.direct(id);
      let last: Envelope | null = null;
      const status = async (said: Promise<{ readonly status: number }>) => {
        last = fake.last();
        return (await said).status;
      };
      const user: ChatUser = {
        name,
        type: (text) => status(fake.command(id, channel, text)),
        press: (on, label) => status(fake.press(id, messageOf(on), label)),
        write: async (on, label, text) => {
          const opened = state.modals.length;
          await fake.press(id, messageOf(on), label);
          const view = await until('the modal', () => Promise.resolve(state.modals[opened] ?? null));
          const [field] = view.content.blocks.flatMap(({ element }) => element ?? []);
          const { action_id: asked } = field as { readonly action_id: string };
          return status(fake.submit(id, view, { [asked]: text }));
        },
        hold: (on, label) => {
          const old = { ...messageOf(on) };
          return () => status(fake.press(id, old, label));
        },
        remove: (on) => fake.remove(messageOf(on)),
        drop: (file, bytes) => status(fake.say(id, '', [{ name: file, bytes }])),
        again: async () => (await fake.again(last ?? undefined)).status,
        seen: () => [...fake.messages(channel, id), ...fake.messages(direct, id)].map(seenOf),
        buttons: (on) =>
          messageOf(on)
            .blocks.filter(({ type }) => type === 'actions')
            .flatMap((block) => block['elements'] as { readonly text: { readonly text: string } }[])
            .map(({ text }) => text.text),
      };
      channels.set(user, channel);
      return user;
    },
    trouble: (kind) => {
      if (kind === 'refused') fake.fault('response_url', { type: 'error', error: 'invalid_blocks' });
      else fake.fault('response_url', kind === 'wait' ? { type: 'rate', seconds: 1 } : { type: 'server' });
    },
    stop: () => fake.stop(),
  };
  return { ...side, fake };
}
