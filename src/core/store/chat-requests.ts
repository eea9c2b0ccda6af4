import type { ChannelKey } from './chat-channels.js';
import type { PersonKey } from './chat-people.js';
import type { Session } from './session.js';
import { storableJsonText } from './text.js';

/** What somebody asked, as it waits for its answer. */
export interface ChatRequestRow extends ChannelKey, PersonKey {
  readonly id: number;
  readonly personName: string;
  readonly words: string;
  readonly audience: 'asker' | 'channel';
  /** How many files came with it. */
  readonly files: number;
  /** Where the answer goes, as the platform wrote it. */
  readonly reply: Readonly<Record<string, unknown>>;
  readonly receivedAt: Date;
  /** How often somebody began to work on it: whoever holds the lease has the last number. */
  readonly attempts: number;
}

export interface NewChatRequest extends Omit<ChatRequestRow, 'id' | 'attempts'> {
  /** The platform's id of the event. */
  readonly eventId: string;
  readonly leasedUntil: Date;
}

const REQUESTS = `id, platform, workspace, channel, person, person_name AS "personName", words, audience, files, reply,
  received_at AS "receivedAt", attempts`;

/** Keeps a request; gives its id. Null where the event was kept before: then nothing was changed. */
export async function addChatRequest(
  session: Session,
  tenant: number,
  request: NewChatRequest,
): Promise<number | null> {
  const { platform, workspace, channel, person, personName, eventId, words, audience, files, reply } =
    request;
  const [row] = await session.rows<{ id: number }>(
    `INSERT INTO chat_request (tenant_id, platform, workspace, channel, person, person_name, event_id, words, audience,
       files, reply, state, received_at, leased_until)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'received', $12, $13)
     ON CONFLICT (tenant_id, platform, workspace, event_id) DO NOTHING RETURNING id`,
    [
      tenant,
      platform,
      workspace,
      channel,
      person,
      personName,
      eventId,
      words,
      audience,
      files,
      storableJsonText(JSON.stringify(reply)),
      request.receivedAt,
      request.leasedUntil,
    ],
  );
  return row?.id ?? null;
}

/**
 * Goes on with a request for so long. `lost` where somebody else took it over or ended it, `gone` where it is there no
 * more because its workspace was released: nobody else will answer it.
 */
export async function renewLease(
  session: Session,
  tenant: number,
  { id, attempts }: Pick<ChatRequestRow, 'id' | 'attempts'>,
  leasedUntil: Date,
): Promise<'held' | 'lost' | 'gone'> {
  const changed = await session.run(
    `UPDATE chat_request SET leased_until = $4
     WHERE tenant_id = $1 AND id = $2 AND attempts = $3 AND state = 'received'`,
    [tenant, id, attempts, leasedUntil],
  );
  if (changed > 0) return 'held';
  const left = await session.rows('SELECT FROM chat_request WHERE tenant_id = $1 AND id = $2', [tenant, id]);
  return left.length > 0 ? 'lost' : 'gone';
}

/** Notes that something that changes things begins now. False where it was begun before: it must not be done again. */
export async function beginChange(session: Session, tenant: number, id: number, at: Date): Promise<boolean> {
  const changed = await session.run(
    'UPDATE chat_request SET begun_at = $3 WHERE tenant_id = $1 AND id = $2 AND begun_at IS NULL',
    [tenant, id, at],
  );
  return changed > 0;
}

/** How a request ends that nobody else took over: nobody works on it any more, and what it said is forgotten, unless it waits for a link. */
export async function endChatRequest(
  session: Session,
  tenant: number,
  { id, attempts }: Pick<ChatRequestRow, 'id' | 'attempts'>,
  state: 'answered' | 'given-up' | 'waiting-for-link',
): Promise<void> {
  await session.run(
    `UPDATE chat_request SET state = $3, words = CASE WHEN $3 = 'waiting-for-link' THEN words END,
       reply = CASE WHEN $3 = 'waiting-for-link' THEN reply END
     WHERE tenant_id = $1 AND id = $2 AND attempts = $4 AND state = 'received'`,
    [tenant, id, state, attempts],
  );
}

/** Takes over requests whose lease has ended, oldest first; nobody else gets the same. Index chat_request_open. */
export function takeOverRequests(
  session: Session,
  tenant: number,
  take: {
    readonly platforms: readonly string[];
    readonly now: Date;
    readonly leasedUntil: Date;
    readonly most: number;
  },
): Promise<ChatRequestRow[]> {
  return session.rows<ChatRequestRow>(
    `UPDATE chat_request SET leased_until = $3, attempts = attempts + 1
     WHERE tenant_id = $1 AND id IN (SELECT id FROM chat_request WHERE tenant_id = $1 AND state = 'received'
       AND leased_until < $2 AND platform = ANY ($5) ORDER BY leased_until LIMIT $4 FOR UPDATE SKIP LOCKED)
     RETURNING ${REQUESTS}`,
    [tenant, take.now, take.leasedUntil, take.most, take.platforms],
  );
}

/**
 * The last request of a person that waits for their link, received since a time: to be worked on now. Older ones wait
 * no more. Null where there is none.
 */
export async function takeWaiting(
  session: Session,
  tenant: number,
  { platform, workspace, person }: PersonKey,
  take: { readonly since: Date; readonly leasedUntil: Date },
): Promise<ChatRequestRow | null> {
  const [row] = await session.rows<ChatRequestRow>(
    `UPDATE chat_request SET state = 'received', leased_until = $6, attempts = attempts + 1
     WHERE tenant_id = $1 AND id = (SELECT id FROM chat_request WHERE tenant_id = $1 AND platform = $2 AND workspace = $3
       AND person = $4 AND state = 'waiting-for-link' AND received_at >= $5 ORDER BY id DESC LIMIT 1 FOR UPDATE)
     RETURNING ${REQUESTS}`,
    [tenant, platform, workspace, person, take.since, take.leasedUntil],
  );
  await session.run(
    `UPDATE chat_request SET state = 'answered', words = NULL, reply = NULL
     WHERE tenant_id = $1 AND platform = $2 AND workspace = $3 AND person = $4 AND state = 'waiting-for-link'`,
    [tenant, platform, workspace, person],
  );
  return row ?? null;
}

/** Tenants with requests whose lease has ended. Looks across tenants. */
export async function tenantsWithOpenChat(session: Session, now: Date): Promise<number[]> {
  const rows = await session.rows<{ id: number }>('SELECT id FROM tenants_with_open_chat($1) AS id', [now]);
  return rows.map(({ id }) => id);
}

/** Forgets requests received before a time, whatever became of them. Index chat_request_by_age. */
export function forgetChatRequests(session: Session, tenant: number, receivedBefore: Date): Promise<number> {
  return session.run('DELETE FROM chat_request WHERE tenant_id = $1 AND received_at < $2', [
    tenant,
    receivedBefore,
  ]);
}
