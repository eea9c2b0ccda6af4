import { randomUUID } from 'node:crypto';
import { walk } from './card-rules.js';
import type { ConnectorState } from './connector.js';
import { dig, digText } from './json.js';
import { inboundToken, type SigningKey, type TokenTraits } from './keys.js';
import type { FakeConversation, FakeMessage, FakePerson } from './state.js';

/** What people do in the stand-in of Teams, and what they see. */
export interface FakeUsers {
  /** Where the bot listens. */
  connect(endpoint: string): void;
  person(name: string, given?: Partial<Omit<FakePerson, 'id' | 'name'>>): FakePerson;
  personalChat(person: FakePerson): FakeConversation;
  channel(...members: FakePerson[]): FakeConversation;
  /** Says something; in a channel with the bot's name before it, unless it is left out. */
  say(person: FakePerson, where: FakeConversation, text: string, options?: SayOptions): Promise<Reaction>;
  dropFile(
    person: FakePerson,
    where: FakeConversation,
    name: string,
    bytes: Buffer,
    url?: string,
  ): Promise<Reaction>;
  /** Presses a button by its title on a message; choices by the field's name. */
  press(person: FakePerson, message: FakeMessage, title: string, options?: PressOptions): Promise<Reaction>;
  /** Answers a card that asks for leave to put a file. */
  consent(
    person: FakePerson,
    message: FakeMessage,
    action: 'accept' | 'decline',
    uploadUrl?: string,
  ): Promise<Reaction>;
  install(person: FakePerson, where: FakeConversation): Promise<Reaction>;
  /** Sends an activity with a token as given: for what is forged. */
  post(activity: Record<string, unknown>, options?: PostOptions): Promise<Reaction>;
  activity(
    person: FakePerson,
    where: FakeConversation,
    more: Record<string, unknown>,
  ): Record<string, unknown>;
  /** Messages that this person sees in a conversation, the oldest first; all that are there without one. */
  messages(where: FakeConversation, person?: FakePerson): FakeMessage[];
  /** What a person has before them for a card: what an invoke's answer put there, until they load it anew. */
  view(person: FakePerson, message: FakeMessage): unknown;
  reload(): void;
  /** Somebody deletes a message of the bot. */
  remove(message: FakeMessage): void;
}

export interface SayOptions {
  readonly mention?: boolean;
  readonly targeted?: boolean;
  readonly id?: string;
}

export interface PressOptions {
  readonly choices?: Readonly<Record<string, string>>;
  /** What is written into the fields that the button unfolds, by the option's name. */
  readonly written?: Readonly<Record<string, string>>;
  /** As a client that knows no Action.Execute. */
  readonly old?: boolean;
  readonly id?: string;
}

export interface PostOptions extends TokenTraits {
  /** In place of `Bearer …`; null for none. */
  readonly authorization?: string | null;
}

export interface Reaction {
  readonly status: number;
  /** What the bot answered; null for nothing. */
  readonly body: unknown;
  /** How often it was sent: an invoke that is answered with nothing is sent again. */
  readonly tries: number;
}

interface Given {
  readonly state: ConnectorState;
  readonly key: SigningKey;
  readonly serviceUrl: string;
  readonly files: Map<string, Buffer>;
  readonly base: string;
  readonly tenant: string;
}

const INVOKE_TRIES = 2;

export function fakeUsers({ state, key, serviceUrl, files, base, tenant }: Given): FakeUsers {
  const bot = { id: `28:${state.appId}`, name: 'DMARC' };
  const views = new Map<string, unknown>();
  let endpoint = '';

  const post: FakeUsers['post'] = async (activity, options = {}) => {
    const { authorization = `Bearer ${await inboundToken(key, state.appId, serviceUrl, options)}` } = options;
    for (let tries = 1; ; tries += 1) {
      const response = await fetch(endpoint, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(authorization === null ? {} : { authorization }) },
        body: JSON.stringify(activity),
      });
      const text = await response.text();
      const reaction = {
        status: response.status,
        body: text === '' ? null : (JSON.parse(text) as unknown),
        tries,
      };
      const isEmpty = activity['type'] === 'invoke' && response.ok && text === '';
      if (!isEmpty || tries === INVOKE_TRIES) return reaction;
    }
  };

  const activity: FakeUsers['activity'] = (person, where, more) => ({
    id: randomUUID(),
    timestamp: new Date().toISOString(),
    channelId: 'msteams',
    serviceUrl,
    from: { id: person.id, name: person.name, aadObjectId: person.aadObjectId },
    recipient: bot,
    conversation: {
      id: where.kind === 'channel' ? `${where.id};messageid=1699999999999` : where.id,
      conversationType: where.kind,
      tenantId: person.tenantId,
      ...(where.kind === 'personal' ? {} : { isGroup: true }),
    },
    channelData: {
      tenant: { id: tenant },
      ...(where.kind === 'channel' ? { channel: { id: where.id }, team: { id: where.id } } : {}),
    },
    ...more,
  });

  const conversation = (
    id: string,
    kind: FakeConversation['kind'],
    members: FakePerson[],
  ): FakeConversation => {
    const made: FakeConversation = state.conversations.get(id) ?? { id, kind, members, refused: null };
    state.conversations.set(id, made);
    return made;
  };
  const whereOf = (message: FakeMessage): FakeConversation => {
    const found = state.conversations.get(message.conversation);
    if (found === undefined) throw new Error('no such conversation');
    return found;
  };

  return {
    connect: (url) => {
      endpoint = url;
    },
    person: (name, given = {}) => {
      const id = randomUUID();
      const made: FakePerson = {
        id: `29:${id}`,
        aadObjectId: id,
        name,
        userPrincipalName: `${name.toLowerCase().replaceAll(/\W/gu, '')}@example.com`,
        tenantId: tenant,
        userRole: 'user',
        hasApp: true,
        ...given,
      };
      state.people.set(made.id, made);
      return made;
    },
    personalChat: (person) => conversation(`a:personal-${person.aadObjectId}`, 'personal', [person]),
    channel: (...members) => conversation(`19:${randomUUID()}@thread.tacv2`, 'channel', members),
    post,
    activity,
    say: (person, where, text, { mention = where.kind !== 'personal', targeted = false, id } = {}) =>
      post(
        activity(person, where, {
          type: 'message',
          text: mention ? `<at>${bot.name}</at>&nbsp;${text}\n`.replace('&nbsp;', '\u00a0') : text,
          entities: mention ? [{ type: 'mention', text: `<at>${bot.name}</at>`, mentioned: bot }] : [],
          ...(targeted ? { recipient: { ...bot, isTargeted: true } } : {}),
          ...(id === undefined ? {} : { id }),
        }),
      ),
    dropFile: (person, where, name, bytes, url) => {
      const path = `/files/${randomUUID()}`;
      files.set(path, bytes);
      const content = { downloadUrl: url ?? `${base}${path}`, uniqueId: randomUUID(), fileType: 'xml' };
      const attachments = [
        { contentType: 'application/vnd.microsoft.teams.file.download.info', name, content },
        { contentType: 'text/html', content: '<div></div>' },
      ];
      return post(activity(person, where, { type: 'message', text: '', attachments }));
    },
    press: async (person, message, title, { choices = {}, written = {}, old = false, id } = {}) => {
      const card =
        views.get(`${person.id} ${message.id}`) ?? dig(message.activity, 'attachments', 0, 'content');
      const isButton = (one: Readonly<Record<string, unknown>>) =>
        one['type'] === 'Action.Execute' && one['title'] === title;
      const unfolded = [...walk(card)].filter(
        (one) => one['type'] === 'Action.ShowCard' && [...walk(one['card'])].some(isButton),
      );
      const button = [...walk(card)].find(isButton);
      if (button === undefined) throw new Error(`no button ${title}`);
      // Inputs of the card itself and of what is unfolded with the button; those of other buttons are not sent.
      const hidden = new Set(
        [...walk(card)]
          .filter((one) => one['type'] === 'Action.ShowCard' && !unfolded.includes(one))
          .flatMap((one) => [...walk(one['card'])]),
      );
      const fields = [...walk(card)].filter(
        (one) => String(one['type']).startsWith('Input.') && !hidden.has(one),
      );
      const defaults = fields.filter((one) => one['value'] !== undefined);
      const texts = fields.flatMap((one): [string, string][] => {
        if (one['type'] !== 'Input.Text') return [];
        const text = written[String(one['id']).split('.').at(-1) ?? ''] ?? '';
        if (text === '' && one['isRequired'] === true) throw new Error('a field has to be filled in');
        return [[String(one['id']), text]];
      });
      const inputs = Object.fromEntries([
        ...defaults.map((one) => [String(one['id']), one['value']] as const),
        ...texts,
        ...Object.entries(choices).map(([name, value]) => [`field.${name}`, value] as const),
      ]);
      const data = {
        ...(button['data'] as object),
        ...(button['associatedInputs'] === 'none' ? {} : inputs),
      };
      // What a click is told beside it is not the id of the card's message.
      const more = { replyToId: randomUUID(), ...(id === undefined ? {} : { id }) };
      if (old)
        return await post(activity(person, whereOf(message), { type: 'message', value: data, ...more }));
      const value = {
        action: { type: 'Action.Execute', title, verb: button['verb'], data },
        trigger: 'manual',
      };
      const reaction = await post(
        activity(person, whereOf(message), { type: 'invoke', name: 'adaptiveCard/action', value, ...more }),
      );
      if (digText(reaction.body, 'type') === 'application/vnd.microsoft.card.adaptive')
        views.set(`${person.id} ${message.id}`, dig(reaction.body, 'value'));
      return reaction;
    },
    consent: (person, message, action, uploadUrl) => {
      const name = digText(message.activity, 'attachments', 0, 'name');
      const uploadInfo = {
        contentUrl: 'https://example-my.sharepoint.com/report.csv',
        name,
        uploadUrl: uploadUrl ?? `${base}/files/up-${randomUUID()}`,
        uniqueId: randomUUID(),
        fileType: 'csv',
      };
      const value = {
        type: 'fileUpload',
        action,
        context: dig(message.activity, 'attachments', 0, 'content', `${action}Context`),
        ...(action === 'accept' ? { uploadInfo } : {}),
      };
      return post(activity(person, whereOf(message), { type: 'invoke', name: 'fileConsent/invoke', value }));
    },
    install: async (person, where) => {
      // Teams tells of it twice.
      await post(activity(person, where, { type: 'conversationUpdate', membersAdded: [bot] }));
      return await post(activity(person, where, { type: 'installationUpdate', action: 'add' }));
    },
    messages: (where, person) =>
      state.messages.filter(
        (one) =>
          one.conversation === where.id &&
          !one.deleted &&
          (person === undefined || one.targeted === null || one.targeted === person.id),
      ),
    view: (person, message) =>
      views.get(`${person.id} ${message.id}`) ?? dig(message.activity, 'attachments', 0, 'content'),
    reload: () => views.clear(),
    remove: (message) => {
      message.deleted = true;
    },
  };
}
