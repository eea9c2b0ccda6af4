import type { SubjectKind } from './deliveries.js';
import type { Session } from './session.js';

/** Why a card is quiet: of the alerts on it some may be suppressed, and others inhibited. */
export const MUTED = ['suppressed', 'inhibited'] as const;

/** Which held deliveries to look at again. */
export interface HeldOnes {
  /** What held them when they were looked at last. Index delivery_held. */
  readonly codes: readonly string[];
  readonly channelId?: number;
  readonly subject?: SubjectKind;
  readonly subjectIds?: readonly number[];
}

/**
 * Has deliveries looked at again that something holds back, because it may be gone; in the transaction that ends it.
 * Those that are due are woken too, for whoever has one in hand, or takes it before the end, may see what held it still;
 * a minute more, for clocks differ. Gives how many. Rows are locked in the order of their ids.
 */
export function wakeHeld(session: Session, tenant: number, at: Date, which: HeldOnes): Promise<number> {
  return session.run(
    `UPDATE delivery SET woken = woken + 1, next_at = CASE WHEN held_code = ANY ($6) THEN $2 ELSE next_at END
     WHERE tenant_id = $1 AND id IN (SELECT id FROM delivery WHERE tenant_id = $1
       AND (held_code = ANY ($6) OR next_at <= $2::timestamptz + INTERVAL '1 minute')
       AND ($3::integer IS NULL OR channel_id = $3) AND ($4::text IS NULL OR subject = $4)
       AND ($5::integer[] IS NULL OR subject_id = ANY ($5)) ORDER BY id FOR UPDATE)`,
    [tenant, at, which.channelId ?? null, which.subject ?? null, which.subjectIds ?? null, which.codes],
  );
}
