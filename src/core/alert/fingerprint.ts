import { createHash } from 'node:crypto';
import type { Finding } from './finding.js';

/**
 * What makes a finding the same as an earlier one: SHA-256 over the canonical JSON of rule, domain and key facts. Figures
 * and days are no part of it.
 */
export function fingerprint({ rule, domain, key }: Pick<Finding, 'rule' | 'domain' | 'key'>): Buffer {
  return createHash('sha256').update(canonicalJson({ rule, domain, key })).digest();
}

/** JSON of plain data with the names of every object in order, so that equal data have equal text. */
export function canonicalJson(data: unknown): string {
  if (Array.isArray(data)) return `[${data.map((each) => canonicalJson(each ?? null)).join(',')}]`;
  if (typeof data !== 'object' || data === null) return JSON.stringify(data ?? null);
  const entries = Object.entries(data).filter(([, value]) => value !== undefined);
  const sorted = entries.toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${sorted.map(([name, value]) => `${JSON.stringify(name)}:${canonicalJson(value)}`).join(',')}}`;
}
