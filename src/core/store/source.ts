import { relationFor, type Filter } from './relation.js';
import type { Session } from './session.js';

/** What one check found in the messages of a source. */
export interface AuthResultFigures {
  readonly type: 'dkim' | 'spf';
  readonly domain: string | null;
  /** DKIM. */
  readonly selector: string | null;
  /** SPF: mfrom or helo. */
  readonly scope: string | null;
  readonly result: string | null;
  readonly messages: number;
}

/** DKIM and SPF results of what the filter lets through, largest first. Reads records. */
export function authResultsOf(
  session: Session,
  tenant: number,
  filter: Filter,
  limit: number,
): Promise<AuthResultFigures[]> {
  const { from, parameters } = relationFor(tenant, filter, ['source', 'result']);
  return session.rows<AuthResultFigures>(
    `WITH found AS (
       SELECT t.details, SUM(t.messages) AS messages FROM ${from} GROUP BY 1),
     results AS (
       SELECT 'dkim' AS type, r, messages FROM found, jsonb_array_elements(details -> 'dkim') AS r
       UNION ALL SELECT 'spf', r, messages FROM found, jsonb_array_elements(details -> 'spf') AS r)
     SELECT type, r ->> 'domain' AS domain, r ->> 'selector' AS selector, r ->> 'scope' AS scope, r ->> 'result' AS result,
       SUM(messages) AS messages
     FROM results GROUP BY 1, 2, 3, 4, 5 ORDER BY messages DESC, 1, 2, 3, 4, 5 LIMIT ${limit}`,
    parameters,
  );
}

/** First and last UTC day on which a source sent, over all time. */
export function seenDays(
  session: Session,
  tenant: number,
  filter: Filter,
): Promise<{ first: string | null; last: string | null }> {
  const ever: Filter = {
    ...filter,
    from: '0001-01-01',
    to: '9999-01-01',
    reporterId: null,
    dkim: null,
    spf: null,
    disposition: null,
  };
  const { from, parameters } = relationFor(tenant, ever, ['source']);
  return session.row(`SELECT MIN(t.day) AS first, MAX(t.day) AS last FROM ${from}`, parameters);
}
