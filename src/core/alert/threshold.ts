import { z } from 'zod';

/** What a threshold is measured in, as people read it. */
export type Unit =
  | 'messages'
  | 'messages a day'
  | 'fraction'
  | 'days'
  | 'times'
  | 'deviations'
  | 'reports'
  | 'reporters'
  | 'sessions'
  | 'documents'
  | 'addresses'
  | 'choice';

/** Largest count that is believed: whole numbers end there in JavaScript. */
const MOST = 1_000_000_000;

/** A count of at least 1. */
export function count(
  unit: Unit,
  standard: number,
  description: string,
  most = MOST,
): z.ZodDefault<z.ZodNumber> {
  return z.number().int().min(1).max(most).default(standard).meta({ description, unit });
}

/** A part of a whole, from 0 to 1. */
export function fraction(standard: number, description: string): z.ZodDefault<z.ZodNumber> {
  return z
    .number()
    .min(0.001)
    .max(1)
    .default(standard)
    .meta({ description, unit: 'fraction' satisfies Unit });
}

/** A multiple of what is usual. */
export function factor(standard: number, description: string): z.ZodDefault<z.ZodNumber> {
  return z
    .number()
    .min(1.1)
    .max(1_000)
    .default(standard)
    .meta({ description, unit: 'times' satisfies Unit });
}

/** Standard deviations from what is usual. */
export function deviations(
  standard: number,
  description = 'And so far from what is usual',
): z.ZodDefault<z.ZodNumber> {
  return z
    .number()
    .min(1)
    .max(100)
    .default(standard)
    .meta({ description, unit: 'deviations' satisfies Unit });
}

/** A threshold eased by a part, for an alert that is open: never below 1 where it is a count. */
export function eased(value: number, by: number): number {
  return Number.isInteger(value) && value > 1 ? Math.max(1, Math.floor(value * by)) : value * by;
}
