import { createHash } from 'node:crypto';
import { z } from 'zod';

/** What is taken of an activity: https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference#activity-object */
const text = z.string();
const account = z.object({
  id: text.min(1),
  name: text.nullish(),
  aadObjectId: text.nullish(),
  isTargeted: z.boolean().nullish(),
});

const activity = z.object({
  type: text,
  id: text.nullish(),
  channelId: z.literal('msteams'),
  serviceUrl: text,
  from: account,
  recipient: account,
  conversation: z.object({ id: text.min(1), conversationType: text.nullish(), tenantId: text.nullish() }),
  channelData: z
    .object({
      tenant: z.object({ id: text }).nullish(),
      channel: z.object({ id: text }).nullish(),
    })
    .nullish(),
  name: text.nullish(),
  action: text.nullish(),
  text: text.nullish(),
  value: z.unknown().optional(),
  attachments: z
    .array(z.object({ contentType: text, name: text.nullish(), content: z.unknown().optional() }))
    .nullish(),
  entities: z.array(z.looseObject({ type: text })).nullish(),
  membersAdded: z.array(account).nullish(),
});

export type Activity = z.output<typeof activity>;

/** The activity in a body; null where it is none of Teams. */
export function readActivity(body: unknown): Activity | null {
  return activity.safeParse(body).data ?? null;
}

/** The Microsoft tenant in which it was said; null where that is not told. */
export function tenantOf({ channelData, conversation }: Activity): string | null {
  return (channelData?.tenant?.id ?? conversation.tenantId ?? null)?.toLowerCase() ?? null;
}

export function isPersonal({ conversation }: Activity): boolean {
  return conversation.conversationType === 'personal';
}

/** The channel or chat, the same in all its threads. */
export function channelOf({ channelData, conversation }: Activity): string {
  return channelData?.channel?.id ?? withoutThread(conversation.id);
}

/** The id of a conversation alone, from that of a thread in it. */
export function withoutThread(conversation: string): string {
  return conversation.split(';')[0] ?? conversation;
}

const mention = z.object({ mentioned: z.object({ id: text }), text: text.min(1) });

/** What was said to the bot, without its own name before it. */
export function wordsOf({ text: said, entities, recipient }: Activity): string {
  let words = said ?? '';
  for (const entity of entities ?? []) {
    const read = entity.type === 'mention' ? mention.safeParse(entity).data : undefined;
    if (read?.mentioned.id === recipient.id) words = words.replaceAll(read.text, ' ');
  }
  // Teams writes hard blanks at line ends and after mentions.
  return words.replaceAll('\u00a0', ' ').trim();
}

/** The same activity has the same id, also when it is sent again. */
export function idOf(of: Activity): string {
  const own =
    of.id ??
    createHash('sha256')
      .update(JSON.stringify([of.from.id, of.value, of.text]))
      .digest('base64url');
  return `${of.conversation.id}:${own}`;
}
