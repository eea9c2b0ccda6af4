import {
  personsOfUsers,
  type ChannelRow,
  type PersonOfUser,
  type SubjectKind,
  type TakenDelivery,
} from '../../core/operations/delivery/work.js';
import type { Context, SystemContext } from '../../core/operations/operation.js';
import type { Sending } from './limits.js';
import type { Subjects, Told } from './subject.js';

/** Who acts where nobody asked. */
const SYSTEM_ACTOR = { id: 'system', name: 'dmarc-ops', role: 'admin' } as const;

/** What deliveries are about, as it stands after they were taken. */
export interface Loaded {
  /** By nameOf. */
  readonly told: ReadonlyMap<string, Told>;
  /** Those who may be mentioned, wherever they are linked. */
  readonly persons: readonly PersonOfUser[];
}

/** Loads what deliveries are about, all of one kind at once. */
export async function loadTold(
  system: SystemContext,
  subjects: Subjects,
  tenant: number,
  deliveries: readonly TakenDelivery[],
): Promise<Loaded> {
  const context: Context = { ...system, tenant, actor: SYSTEM_ACTOR };
  const kinds = [...new Set(deliveries.map(({ subject }) => subject))];
  const loaded = await Promise.all(
    kinds.map(async (kind) => {
      const ids = deliveries.filter(({ subject }) => subject === kind).map(({ subjectId }) => subjectId);
      const found = await subjects[kind](context, [...new Set(ids)]);
      return [...found].map(([id, told]) => [nameOf({ subject: kind, subjectId: id }), told] as const);
    }),
  );
  const told = new Map(loaded.flat());
  const mentioned = [...new Set([...told.values()].flatMap(({ mentions }) => mentions))];
  return { told, persons: await personsOfUsers(system, tenant, mentioned) };
}

/** Names a subject among all. */
export function nameOf({
  subject,
  subjectId,
}: {
  readonly subject: SubjectKind;
  readonly subjectId: number;
}): string {
  return `${subject} ${subjectId}`;
}

/** Who is to be mentioned in a channel, by its platform's ids. */
export function mentionedIn(
  { kind, workspace }: ChannelRow,
  { mentions }: Told,
  persons: readonly PersonOfUser[],
): readonly string[] {
  const here = persons.filter((one) => one.platform === kind && one.workspace === workspace);
  return here.filter(({ userId }) => mentions.includes(userId)).map(({ person }) => person);
}

/** What a delivery needs first. */
export function sendingOf({ ref, shownVersion, wantedVersion }: TakenDelivery): Sending {
  return ref !== null && shownVersion < wantedVersion ? 'changes' : 'messages';
}

/** Messages that are not there yet come first, and then what waits longest. */
export function byChannel(
  deliveries: readonly TakenDelivery[],
): ReadonlyMap<number, readonly TakenDelivery[]> {
  const channels = new Map<number, TakenDelivery[]>();
  for (const delivery of deliveries.toSorted(inOrder)) {
    const own = channels.get(delivery.channelId);
    if (own === undefined) channels.set(delivery.channelId, [delivery]);
    else own.push(delivery);
  }
  return channels;
}

function inOrder(a: TakenDelivery, b: TakenDelivery): number {
  const later = Number(a.ref !== null) - Number(b.ref !== null);
  return later || a.nextAt.getTime() - b.nextAt.getTime() || a.id - b.id;
}
