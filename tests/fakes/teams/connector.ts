import { wrongWithCard } from './card-rules.js';
import { dig, digText, type Json } from './json.js';
import { MOST_BYTES, RATES } from './limits.js';
import type { FakeConversation, FakeMessage, FakePerson } from './state.js';

export interface Outcome {
  readonly status: number;
  readonly body: unknown;
  readonly retryAfter?: number;
}

export interface ConnectorState {
  readonly appId: string;
  readonly conversations: Map<string, FakeConversation>;
  readonly people: Map<string, FakePerson>;
  readonly messages: FakeMessage[];
  readonly calls: { readonly method: string; readonly path: string; readonly status: number }[];
  /** Milliseconds; tests move it. */
  readonly now: () => number;
}

const CARD = 'application/vnd.microsoft.card.adaptive';
const CONSENT = 'application/vnd.microsoft.teams.card.file.consent';

/** The Bot Connector: https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference */
export function fakeConnector(state: ConnectorState) {
  const spent = new Map<string, number[]>();
  let next = 1_700_000_000_000;

  function rateLimited(conversation: string): Outcome | null {
    const now = state.now();
    const times = (spent.get(conversation) ?? []).filter((time) => now - time < 3_600_000);
    spent.set(conversation, times);
    for (const { within, most } of RATES) {
      const inside = times.filter((time) => now - time < within * 1_000);
      const [oldest] = inside;
      if (oldest !== undefined && inside.length >= most) {
        const retryAfter = Math.ceil((oldest + within * 1_000 - now) / 1_000);
        return { ...refusal(429, 'TooManyRequests'), retryAfter };
      }
    }
    times.push(now);
    return null;
  }

  function wrongWith(activity: Json, conversation: FakeConversation): Outcome | null {
    if (JSON.stringify(activity).length * 2 > MOST_BYTES) return refusal(413, 'MessageSizeTooBig');
    if (activity['type'] === 'typing') return null;
    if (activity['type'] !== 'message') return refusal(400, 'BadSyntax');
    const attachments = (activity['attachments'] ?? []) as { contentType: string; content: unknown }[];
    if (attachments.length === 0 && !activity['text']) return refusal(400, 'BadSyntax');
    for (const { contentType, content } of attachments) {
      const wrong = contentType === CARD ? wrongWithCard(content) : null;
      if (wrong !== null) return refusal(400, 'BadArgument', wrong);
      if (contentType === CONSENT && conversation.kind !== 'personal')
        return refusal(400, 'BadArgument', 'personal chats only');
    }
    return null;
  }

  function create(body: Json): Outcome {
    const person = state.people.get(digText(body, 'members', 0, 'id'));
    if (person === undefined) return refusal(400, 'BadArgument');
    if (!person.hasApp) return refusal(403, 'BotNotInConversationRoster');
    const id = `a:personal-${person.aadObjectId}`;
    if (!state.conversations.has(id))
      state.conversations.set(id, { id, kind: 'personal', members: [person], refused: null });
    return { status: 201, body: { id } };
  }

  function member(conversation: FakeConversation, id: string): Outcome {
    const found = conversation.members.find((one) => one.id === id || one.aadObjectId === id);
    if (found === undefined) return refusal(404, 'MemberNotFoundInConversation');
    const { hasApp: _hasApp, ...shown } = found;
    return { status: 200, body: { ...shown, email: shown.userPrincipalName } };
  }

  function send(
    conversation: FakeConversation,
    thread: string | null,
    activity: Json,
    isTargeted: boolean,
  ): Outcome {
    if (thread !== null && conversation.kind !== 'channel') return refusal(404, 'ConversationNotFound');
    if (state.messages.some((one) => one.id === thread && one.deleted))
      return refusal(404, 'ConversationNotFound');
    const wrong = wrongWith(activity, conversation) ?? rateLimited(conversation.id);
    if (wrong !== null) return wrong;
    if (isTargeted && (conversation.kind === 'personal' || dig(activity, 'recipient', 'id') === undefined))
      return refusal(400, 'BadArgument', 'targeted messages are for one member of a group');
    if (activity['type'] === 'typing') return { status: 201, body: { id: `typing-${next++}` } };
    const id = String(next++);
    const targeted = isTargeted ? digText(activity, 'recipient', 'id') : null;
    state.messages.push({
      id,
      conversation: conversation.id,
      thread,
      activity,
      targeted,
      edits: 0,
      deleted: false,
    });
    return { status: 201, body: { id } };
  }

  function change(
    conversation: FakeConversation,
    id: string,
    activity: Json | null,
    isTargeted: boolean,
  ): Outcome {
    const message = state.messages.find(
      (one) => one.id === id && one.conversation === conversation.id && !one.deleted,
    );
    if (message === undefined || (message.targeted !== null) !== isTargeted)
      return refusal(404, 'ActivityNotFoundInConversation');
    const wrong =
      (activity === null ? null : wrongWith(activity, conversation)) ?? rateLimited(conversation.id);
    if (wrong !== null) return wrong;
    if (activity === null) message.deleted = true;
    else {
      message.activity = activity;
      message.edits += 1;
    }
    return { status: 200, body: { id } };
  }

  /** A call whose token was checked. */
  return (method: string, url: URL, body: Json): Outcome => {
    const [, first, conversationId, kind, id] =
      /^\/v3\/(conversations)(?:\/([^/]+))?(?:\/(activities|members))?(?:\/([^/]+))?$/u.exec(url.pathname) ??
      [];
    if (first === undefined) return refusal(404, 'NotFound');
    if (conversationId === undefined) return method === 'POST' ? create(body) : refusal(405, 'NotAllowed');
    const asked = decodeURIComponent(conversationId);
    const conversation = state.conversations.get(asked) ?? state.conversations.get(asked.split(';')[0] ?? '');
    if (conversation === undefined) return refusal(404, 'ConversationNotFound');
    if (conversation.refused !== null) return refusal(403, conversation.refused);
    const isTargeted = url.searchParams.get('isTargetedActivity') === 'true';
    if (kind === 'members' && method === 'GET' && id !== undefined)
      return rateLimited(conversation.id) ?? member(conversation, decodeURIComponent(id));
    if (kind !== 'activities') return refusal(404, 'NotFound');
    const thread = /;messageid=(.+)$/u.exec(asked)?.[1] ?? null;
    if (method === 'POST') return send(conversation, thread, body, isTargeted);
    if (id === undefined) return refusal(405, 'NotAllowed');
    if (method === 'PUT') return change(conversation, decodeURIComponent(id), body, isTargeted);
    return method === 'DELETE'
      ? change(conversation, decodeURIComponent(id), null, isTargeted)
      : refusal(405, 'NotAllowed');
  };
}

export function refusal(status: number, code: string, message = code): Outcome {
  return { status, body: { error: { code, message } } };
}
