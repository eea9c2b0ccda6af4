import type { Session } from './session.js';

export interface IntakeStatus {
  /** Raw documents by state. */
  readonly pending: number;
  readonly processed: number;
  readonly failed: number;
  readonly lastReceived: Date | null;
  /** Documents found in them. */
  readonly aggregate: number;
  readonly failure: number;
  readonly tls: number;
  readonly unreadable: number;
  readonly duplicates: number;
  readonly merged: number;
  /** Raw documents that could not be stored, latest first. */
  readonly failures: readonly {
    readonly name: string;
    readonly code: string;
    readonly message: string;
    readonly at: Date;
  }[];
}

const FAILURES_LISTED = 5;

/** Where everything that came in stands. */
export async function intakeStatus(session: Session, tenant: number): Promise<IntakeStatus> {
  const raw = await session.row<Pick<IntakeStatus, 'pending' | 'processed' | 'failed' | 'lastReceived'>>(
    `SELECT COUNT(*) FILTER (WHERE state = 'pending') AS pending, COUNT(*) FILTER (WHERE state = 'processed') AS processed,
       COUNT(*) FILTER (WHERE state = 'failed') AS failed, MAX(received_at) AS "lastReceived"
     FROM raw_document WHERE tenant_id = $1`,
    [tenant],
  );
  const documents = await session.row<
    Omit<IntakeStatus, 'pending' | 'processed' | 'failed' | 'lastReceived' | 'failures'>
  >(
    `SELECT COUNT(*) FILTER (WHERE kind = 'aggregate' AND outcome = 'stored') AS aggregate,
       COUNT(*) FILTER (WHERE kind = 'failure' AND outcome = 'stored') AS failure,
       COUNT(*) FILTER (WHERE kind = 'smtp-tls' AND outcome = 'stored') AS tls,
       COUNT(*) FILTER (WHERE outcome = 'unreadable') AS unreadable,
       COUNT(*) FILTER (WHERE outcome = 'duplicate') AS duplicates, COUNT(*) FILTER (WHERE outcome = 'merged') AS merged
     FROM document WHERE tenant_id = $1`,
    [tenant],
  );
  const failures = await session.rows<IntakeStatus['failures'][number]>(
    `SELECT name, error_code AS code, error_message AS message, processed_at AS at FROM raw_document
     WHERE tenant_id = $1 AND state = 'failed' ORDER BY processed_at DESC LIMIT $2`,
    [tenant, FAILURES_LISTED],
  );
  return { ...raw, ...documents, failures };
}

/** When the last raw document came; null where none ever did. Ids grow with time. */
export async function lastReceived(session: Session, tenant: number): Promise<Date | null> {
  const [row] = await session.rows<{ at: Date }>(
    'SELECT received_at AS at FROM raw_document WHERE tenant_id = $1 ORDER BY id DESC LIMIT 1',
    [tenant],
  );
  return row?.at ?? null;
}

/** The first day that reports tell of, about a domain or any; null where none does. Undated reports stand in 9999. */
export async function firstDay(
  session: Session,
  tenant: number,
  domainId: number | null,
): Promise<string | null> {
  const { day } = await session.row<{ day: string | null }>(
    domainId === null
      ? `SELECT MIN(day) AS day FROM rollup_tenant WHERE tenant_id = $1 AND day < '9999-12-31'`
      : `SELECT MIN(day) AS day FROM rollup_domain WHERE tenant_id = $1 AND domain_id = $2 AND day < '9999-12-31'`,
    domainId === null ? [tenant] : [tenant, domainId],
  );
  return day;
}
