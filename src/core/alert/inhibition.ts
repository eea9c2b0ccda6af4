/** One rule explains what others find, so that these need no message of their own while it is there. */
export interface Inhibition {
  /** Kind of rule. */
  readonly by: string;
  readonly mutes: readonly string[];
  /** Of the same domain alone. */
  readonly within: 'domain';
}

/** Which rules explain which; others can be added. */
export const INHIBITIONS: readonly Inhibition[] = [
  // Forged mail fails, comes from networks that are not known, and there is much of it at once.
  { by: 'spoofing-burst', mutes: ['failure-rate', 'new-source', 'volume-spike'], within: 'domain' },
  // A sender of our own that stopped passing is why the share of failures grew.
  { by: 'sender-falls', mutes: ['failure-rate'], within: 'domain' },
  // Where reports stop, so do the messages that they told of.
  { by: 'reporter-silence', mutes: ['volume-drop'], within: 'domain' },
];

/** Kinds whose alerts have no message of their own while one of this kind is not resolved. */
export function mutedBy(kind: string, list: readonly Inhibition[] = INHIBITIONS): readonly string[] {
  return list.filter(({ by }) => by === kind).flatMap(({ mutes }) => mutes);
}

/** An alert, as far as inhibition looks at it; `group` is the id of its lead, or its own. */
export interface Inhibiting {
  readonly id: number;
  readonly kind: string;
  readonly domain: string | null;
  readonly group: number;
}

/** The alert that explains this one, of those that are not resolved; null for none. On the same card nothing is muted. */
export function inhibitor<One extends Inhibiting>(
  alert: Inhibiting,
  others: readonly One[],
  list: readonly Inhibition[] = INHIBITIONS,
): One | null {
  return (
    others.find(
      (other) =>
        other.domain === alert.domain &&
        other.group !== alert.group &&
        mutedBy(other.kind, list).includes(alert.kind),
    ) ?? null
  );
}
