import { cutText } from '../report/text.js';
import type { Session } from './session.js';
import { storable } from './text.js';

/** Longest name of a domain or reporter that is kept as a key (a domain has 253 characters at most, RFC 1035). */
const NAME_LENGTH = 300;

/** A name as it is kept and found again: bounded, and text that PostgreSQL holds. `fallback` stands for a missing one. */
export function keptName(name: string | null, fallback: string): string {
  const text = storable((name ?? '').replaceAll('\0', '').trim());
  return text === '' ? fallback : cutText(text, NAME_LENGTH);
}

/** Ids of domains by name; new ones are made, as seen, and claimed at once where `claimedBy` is given. */
export async function domainIds(
  session: Session,
  tenant: number,
  names: Iterable<string>,
  at: Date,
  claimedBy: string | null,
): Promise<Map<string, number>> {
  const wanted = [...new Set(names)].sort();
  if (wanted.length === 0) return new Map();
  await session.run(
    `INSERT INTO domain (tenant_id, name, first_seen_at, claimed_at, claimed_by)
     SELECT $1, name, $3::timestamptz, CASE WHEN $4::text IS NULL THEN NULL ELSE $3::timestamptz END, $4
     FROM unnest($2::text[]) AS name
     WHERE NOT EXISTS (SELECT FROM domain d WHERE d.tenant_id = $1 AND d.name = name.name)
     ORDER BY name ON CONFLICT (tenant_id, name) DO NOTHING`,
    [tenant, wanted, at, claimedBy],
  );
  return idsByName(session, 'domain', tenant, wanted);
}

/** Ids of reporters by name; new ones are made. */
export async function reporterIds(
  session: Session,
  tenant: number,
  names: Iterable<string>,
): Promise<Map<string, number>> {
  const wanted = [...new Set(names)].sort();
  if (wanted.length === 0) return new Map();
  await session.run(
    `INSERT INTO reporter (tenant_id, name) SELECT $1, name FROM unnest($2::text[]) AS name
     WHERE NOT EXISTS (SELECT FROM reporter r WHERE r.tenant_id = $1 AND r.name = name.name)
     ORDER BY name ON CONFLICT (tenant_id, name) DO NOTHING`,
    [tenant, wanted],
  );
  return idsByName(session, 'reporter', tenant, wanted);
}

async function idsByName(
  session: Session,
  table: 'domain' | 'reporter',
  tenant: number,
  names: readonly string[],
): Promise<Map<string, number>> {
  const rows = await session.rows<{ id: number; name: string }>(
    `SELECT id, name FROM ${table} WHERE tenant_id = $1 AND name = ANY ($2::text[])`,
    [tenant, names],
  );
  return new Map(rows.map((row) => [row.name, row.id]));
}
