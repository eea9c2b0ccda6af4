import type { Field } from './fields.js';

/**
 * Our own extension fields (RFC 5965 §3.4), in reports that were stored without their personal parts: that this is
 * one, and the SHA-256 of the document that it was made of, so that a resend of either is known as the same.
 */
export const REDACTED_FIELD = 'X-Redacted';
export const ORIGINAL_FIELD = 'X-Original-SHA256';

/** What the fields of a report say about how it was stored. */
export interface StoredForm {
  readonly redacted: boolean;
  /** SHA-256 of the original document in lower-case hex; null where the report was not redacted, or does not say it. */
  readonly originalSha256: string | null;
  /** All other fields. */
  readonly fields: readonly Field[];
}

/** Tells our own fields from a report's; without the mark, or not well-formed, they are the report's. */
export function readStoredForm(all: readonly Field[]): StoredForm {
  const isRedacted = (field: Field): boolean => isNamed(field, REDACTED_FIELD) && field.value === 'yes';
  const redacted = all.some(isRedacted);
  if (!redacted) return { redacted, originalSha256: null, fields: all };
  const original = all.find((field) => isNamed(field, ORIGINAL_FIELD) && /^[\da-f]{64}$/.test(field.value));
  return {
    redacted,
    originalSha256: original?.value ?? null,
    fields: all.filter((field) => field !== original && !isRedacted(field)),
  };
}

function isNamed(field: Field, name: string): boolean {
  return field.name.toLowerCase() === name.toLowerCase();
}
