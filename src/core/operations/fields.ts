import { isIP } from 'node:net';
import { z } from 'zod';
import { dayOf, MOST_DAYS } from '../analysis/range.js';
import { ipOf } from '../report/aggregate/ip.js';

/** Days that can be asked about. The store keeps reports whose dates cannot be believed on a day of 9999. */
const EARLIEST = '1970-01-01';
const LATEST = '9998-12-31';
const DEFAULT_PAGE = 20;
const LARGEST_PAGE = 1_000;
/** Longest domain or reporter name that the store keeps. */
const NAME_LENGTH = 300;
/** A name of NAME_LENGTH control characters, six letters each in JSON, in base64, and some room. */
const LONGEST_CURSOR = 3_000;
/** IPv4 in IPv6 (RFC 4291 §2.5.5.2): so many bits stand before the IPv4 address. */
const MAPPED_BITS = 96;

/** PostgreSQL takes no NUL. Other control characters may be in stored names, which people must be able to ask for. */
export function storableText<Text extends z.ZodType<string>>(text: Text): Text {
  return text.refine((value) => !value.includes('\0'), 'must not hold the character NUL');
}

/** A UTC day. */
export const dayField = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/u, 'must be a day such as 2026-01-31')
  .refine(
    (text) => !Number.isNaN(Date.parse(text)) && dayOf(new Date(text)) === text,
    'is no day of the calendar',
  )
  .refine((text) => text >= EARLIEST && text <= LATEST, `must be a day from ${EARLIEST} to ${LATEST}`);

export const domainField = storableText(z.string().trim().min(1).max(NAME_LENGTH))
  .transform((name) => name.toLowerCase().replace(/\.$/u, ''))
  .describe('Domain, such as example.com');

export const reporterField = storableText(z.string().trim().min(1).max(NAME_LENGTH)).describe(
  'Only what this reporter says, such as google.com',
);

/** An address as the reader of reports writes it, or a network of such addresses. */
export const sourceField = z
  .string()
  .trim()
  .refine(isAddressOrNetwork, 'must be an IP address or a network such as 192.0.2.0/24')
  .transform(canonicalSource)
  .describe('Source address, or network in CIDR notation');

/** The period, in UTC days: from and to (both included), or the last days. */
export const periodFields = {
  from: dayField.optional().describe('First day (UTC), such as 2026-01-01'),
  to: dayField.optional().describe('Last day (UTC), included'),
  days: z.coerce
    .number()
    .int()
    .min(1)
    .max(MOST_DAYS)
    .optional()
    .describe('The last so many days, with today'),
};

export const pageFields = {
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(LARGEST_PAGE)
    .default(DEFAULT_PAGE)
    .describe('Entries of one page'),
  cursor: z.string().max(LONGEST_CURSOR).optional().describe('Where the page before ended'),
};

/** A zone (RFC 4007) means something on one machine alone, and no report keeps it. */
function isAddressOrNetwork(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  const family = isIP(address);
  if (family === 0 || address.includes('%') || rest.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/u.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
}

function canonicalSource(text: string): string {
  const [address = '', bits] = text.split('/');
  const canonical = ipOf(address) ?? address;
  if (bits === undefined) return canonical;
  const isMapped = isIP(address) === 6 && isIP(canonical) === 4;
  if (!isMapped) return `${canonical}/${Number(bits)}`;
  return Number(bits) < MAPPED_BITS
    ? `${address}/${Number(bits)}`
    : `${canonical}/${Number(bits) - MAPPED_BITS}`;
}
