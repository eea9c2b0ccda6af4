import type { Identifier } from '../alert/finding.js';
import type { Session } from './session.js';

/** Listed on a card. */
const LISTED = 4;
/** Rows that are looked at: more of them say the same. */
const MOST_ROWS = 20_000;

/** Who a network is: some of its addresses, and what it signs and sends as. */
export interface SenderEvidence {
  readonly addresses: readonly string[];
  readonly dkim: readonly Identifier[];
  readonly spf: readonly Identifier[];
  readonly firstSeen: string | null;
}

/** What reports of some days say of a network that sends in the name of a domain; most messages first. */
export async function senderEvidence(
  session: Session,
  tenant: number,
  domainId: number,
  network: string,
  days: { readonly from: string; readonly to: string },
): Promise<SenderEvidence> {
  const parameters = [tenant, domainId, days.from, days.to, network];
  const within = 'source_ip BETWEEN host($5::cidr)::inet AND host(broadcast($5::cidr))::inet';
  const addresses = await session.rows<{ address: string }>(
    `SELECT host(source_ip) AS address FROM rollup_source
     WHERE tenant_id = $1 AND domain_id = $2 AND day BETWEEN $3 AND $4 AND ${within}
     GROUP BY source_ip ORDER BY SUM(messages) DESC, source_ip LIMIT ${LISTED}`,
    parameters,
  );
  const identifiers = await session.rows<Identifier & { readonly by: 'dkim' | 'spf' }>(
    `WITH rows AS MATERIALIZED (
       SELECT messages, details FROM record
       WHERE tenant_id = $1 AND domain_id = $2 AND day BETWEEN $3 AND $4 AND ${within} AND details IS NOT NULL LIMIT ${MOST_ROWS}),
     said AS (
       SELECT 'dkim' AS by, x ->> 'domain' AS domain, x ->> 'selector' AS selector, x ->> 'result' AS result, messages
       FROM rows, jsonb_array_elements(COALESCE(details -> 'dkim', '[]')) AS x
       UNION ALL
       SELECT 'spf', x ->> 'domain', NULL, x ->> 'result', messages
       FROM rows, jsonb_array_elements(COALESCE(details -> 'spf', '[]')) AS x),
     summed AS (
       SELECT by, domain, selector, COALESCE(result, '') AS result,
         row_number() OVER (PARTITION BY by ORDER BY SUM(messages) DESC, domain, selector, result) AS place
       FROM said WHERE domain IS NOT NULL GROUP BY 1, 2, 3, result)
     SELECT by, domain, selector, result FROM summed WHERE place <= ${LISTED} ORDER BY place`,
    parameters,
  );
  const [first] = await session.rows<{ day: string }>(
    `SELECT day FROM rollup_source WHERE tenant_id = $1 AND domain_id = $2 AND day BETWEEN $3::date - 120 AND $4 AND ${within}
     ORDER BY day LIMIT 1`,
    parameters,
  );
  const of = (wanted: 'dkim' | 'spf') =>
    identifiers
      .filter((one) => one.by === wanted)
      .map(({ domain, selector, result }) => ({ domain, selector, result }));
  return {
    addresses: addresses.map(({ address }) => address),
    dkim: of('dkim'),
    spf: of('spf'),
    firstSeen: first?.day ?? null,
  };
}
