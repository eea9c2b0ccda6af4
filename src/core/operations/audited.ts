import { z } from 'zod';
import { hideSecrets } from '../identity/secret.js';
import { cutText } from '../report/text.js';
import { storable } from '../store/text.js';

/** Bounds of what a line of the audit keeps: it says what was asked, and is no second store of it. */
const LONGEST_TEXT = 300;
const MOST_ENTRIES = 20;
const DEEPEST = 3;

/**
 * Input as the audit keeps it: fields that the schema marks as secret (`writeOnly`) are left out, long texts and
 * lists are cut, and what is no plain data (a stream) is left out too. A secret of ours in another field is hidden.
 */
export function auditedInput(schema: z.ZodType, input: unknown): Readonly<Record<string, unknown>> {
  if (!isPlain(input)) return {};
  const properties = propertiesOf(schema);
  // A field that the schema does not name says nothing of itself, so it could be a secret.
  const open = Object.entries(input).filter(
    ([name]) => Object.hasOwn(properties, name) && !isSecret(properties[name]),
  );
  return auditedRecord(Object.fromEntries(open));
}

/** Fields that the schema marks as secret (`writeOnly`). */
export function secretFields(schema: z.ZodType): readonly string[] {
  return Object.entries(propertiesOf(schema)).flatMap(([name, property]) =>
    isSecret(property) ? [name] : [],
  );
}

function isSecret(property: Property | undefined): boolean {
  return typeof property === 'object' && property.writeOnly === true;
}

type Property = ReturnType<typeof propertiesOf>[string];

function propertiesOf(schema: z.ZodType) {
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }).properties ?? {};
}

/** Plain data within the bounds of a line. */
export function auditedRecord(data: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(data)
      .slice(0, MOST_ENTRIES)
      .map(([name, value]) => [name, bounded(value, 1)] as const)
      .filter(([, value]) => value !== undefined),
  );
}

function bounded(value: unknown, depth: number): unknown {
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (typeof value === 'string') return shortened(value);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? undefined : value.toISOString();
  if (depth >= DEEPEST) return undefined;
  if (Array.isArray(value))
    return value.slice(0, MOST_ENTRIES).map((each) => bounded(each, depth + 1) ?? null);
  if (!isPlain(value)) return undefined;
  return Object.fromEntries(
    Object.entries(value)
      .slice(0, MOST_ENTRIES)
      .map(([name, each]) => [name, bounded(each, depth + 1)]),
  );
}

function shortened(text: string): string {
  return storable(cutText(hideSecrets(text), LONGEST_TEXT).replaceAll('\0', '\u{fffd}'));
}

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
