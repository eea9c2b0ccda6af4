import { dayOf, type Range } from '../analysis/range.js';
import { firstDay } from '../store/status.js';
import { sourceItems } from './source-states.js';
import type { Context } from './operation.js';

/** Why a question finds no messages, as far as can be known: the likeliest cause alone. */
export type Silence =
  /** The filters let nothing through, while the period has messages or may have. */
  | { readonly code: 'filters' }
  /** What should bring reports is in trouble. */
  | { readonly code: 'source-trouble'; readonly source: string; readonly message: string }
  /** Nothing brings reports by itself, and none was handed in. */
  | { readonly code: 'no-source' }
  /** Reports would be taken in, and none has come. */
  | { readonly code: 'none-yet' }
  /** Reports come, but none about this domain. */
  | { readonly code: 'other-domains'; readonly domains: number }
  /** The period ends before the first day that reports tell of. */
  | { readonly code: 'before-first'; readonly first: string }
  /** Reports came, and none since before this period. */
  | { readonly code: 'stopped' }
  /** Nobody sent mail in its name, as far as reports tell. */
  | { readonly code: 'quiet' };

export interface Silent {
  readonly domain: { readonly id: number; readonly name: string } | null;
  readonly range: Range;
  readonly filtered: boolean;
  /** Of the domain or of any: ISO 8601; null where none ever came. */
  readonly lastReceived: string | null;
  /** Domains that reports spoke of. */
  readonly domainsSeen: number;
}

/** The likeliest cause of a question's finding nothing. */
export async function silenceOf(context: Context, silent: Silent): Promise<Silence> {
  const { db, tenant } = context;
  const { domain, range, filtered, lastReceived, domainsSeen } = silent;
  const first = await db.reading(tenant, (session) => firstDay(session, tenant, domain?.id ?? null));
  if (filtered && first !== null && first <= range.to) return { code: 'filters' };
  if (first !== null && first > range.to) return { code: 'before-first', first };
  const recent = range.to >= dayOf(context.now()) || (lastReceived ?? '') < range.from;
  const sources = recent ? await sourceItems(context) : [];
  const trouble = sources.find((source) => source.trouble !== null);
  if (trouble?.trouble)
    return { code: 'source-trouble', source: trouble.name, message: trouble.trouble.message };
  if (lastReceived === null) {
    if (domain !== null && domainsSeen > 0) return { code: 'other-domains', domains: domainsSeen };
    return { code: sources.length === 0 ? 'no-source' : 'none-yet' };
  }
  return { code: lastReceived.slice(0, 10) < range.from ? 'stopped' : 'quiet' };
}
