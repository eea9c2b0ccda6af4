/** Where a message goes: `done` when a report was in it or may be, `failed` when none was. */
export const FATES = ['done', 'failed'] as const;
export type Fate = (typeof FATES)[number];

/**
 * What a mailbox is remembered by between looks. It only spares work: without it, messages are fetched again and
 * known by their SHA-256.
 */
export interface Memory {
  /** UIDs mean nothing when this changes (RFC 9051 §2.3.1.1). */
  readonly uidValidity: string;
  /** Committed, and not moved yet. */
  readonly held: ReadonlyMap<number, Fate>;
  /** Messages that could not be fetched, and how often. */
  readonly attempts: ReadonlyMap<number, number>;
}

/** UIDs that are held at most while they cannot be moved; beyond, nothing more is taken. */
export const HELD_LIMIT = 20_000;

/** What was remembered, where it is of this mailbox as it is now; nothing else counts. */
export function readMemory(stored: unknown, uidValidity: string): Memory {
  const fresh: Memory = { uidValidity, held: new Map(), attempts: new Map() };
  if (!isObject(stored) || stored['uidValidity'] !== uidValidity) return fresh;
  const held = new Map<number, Fate>();
  for (const fate of FATES) for (const uid of uids(stored[fate])) held.set(uid, fate);
  const attempts = new Map<number, number>();
  const counted = stored['attempts'];
  if (isObject(counted))
    for (const [uid, count] of Object.entries(counted))
      if (isUid(Number(uid)) && typeof count === 'number') attempts.set(Number(uid), count);
  return { uidValidity, held, attempts };
}

/** As JSON, short where there is little to remember. */
export function writeMemory({ uidValidity, held, attempts }: Memory): unknown {
  const of = (fate: Fate): number[] => [...held].filter(([, own]) => own === fate).map(([uid]) => uid);
  return { uidValidity, done: of('done'), failed: of('failed'), attempts: Object.fromEntries(attempts) };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function uids(value: unknown): number[] {
  return Array.isArray(value) ? value.filter(isUid) : [];
}

function isUid(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) > 0;
}
