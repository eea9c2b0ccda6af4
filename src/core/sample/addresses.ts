import type { Random } from './random.js';

/** Addresses with a common prefix, as in CIDR notation. */
export interface AddressRange {
  readonly version: 4 | 6;
  /** First address: one number for version 4, eight groups of 16 bits for version 6. */
  readonly groups: readonly number[];
  /** Bits after the prefix. */
  readonly hostBits: number;
}

const CIDR4 = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})(?:\/(\d{1,2}))?$/;
const CIDR6 = /^([0-9a-f:]+)(?:\/(\d{1,3}))?$/i;

function sixGroups(text: string): number[] | null {
  const [head = '', tail, more] = text.split('::');
  if (more !== undefined) return null;
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const missing = 8 - before.length - after.length;
  if (tail === undefined ? missing !== 0 : missing < 1) return null;
  const words = [...before, ...Array.from({ length: missing }, () => '0'), ...after];
  if (!words.every((word) => /^[0-9a-f]{1,4}$/i.test(word))) return null;
  return words.map((word) => Number.parseInt(word, 16));
}

/** Clears the last `bits` of groups of `width` bits each. */
function withoutHost(groups: readonly number[], width: number, bits: number): number[] {
  return groups.map((group, index) => {
    const cleared = Math.min(width, Math.max(0, bits - (groups.length - 1 - index) * width));
    return group - (group % 2 ** cleared);
  });
}

/** An address or a range such as `192.0.2.0/28` or `2001:db8::/48`; null where the text is neither. */
export function parseRange(text: string): AddressRange | null {
  const four = CIDR4.exec(text);
  if (four) {
    const octets = four.slice(1, 5).map(Number);
    const prefix = Number(four[5] ?? 32);
    if (octets.some((octet) => octet > 255) || prefix > 32) return null;
    const hostBits = 32 - prefix;
    const first = octets.reduce((address, octet) => address * 256 + octet, 0);
    return { version: 4, groups: withoutHost([first], 32, hostBits), hostBits };
  }
  const six = CIDR6.exec(text);
  const groups = six ? sixGroups(six[1] ?? '') : null;
  const prefix = Number(six?.[2] ?? 128);
  if (!groups || prefix > 128) return null;
  return { version: 6, groups: withoutHost(groups, 16, 128 - prefix), hostBits: 128 - prefix };
}

/** How many addresses the range has; over 2^53 no longer exact. */
export function rangeSize(range: AddressRange): number {
  return 2 ** range.hostBits;
}

/** Dotted text of a version 4 address. */
export function formatFour(address: number): string {
  return `${Math.floor(address / 0x1000000)}.${Math.floor(address / 0x10000) & 255}.${Math.floor(address / 256) & 255}.${address & 255}`;
}

/** Text as RFC 5952 §4 asks: lower case, no leading zeros, the longest run of at least two zero groups as `::`. */
export function formatSix(groups: readonly number[]): string {
  let best = { start: 0, length: 1 };
  let start = 0;
  for (let index = 0; index <= groups.length; index += 1) {
    if (index < groups.length && groups[index] === 0) continue;
    if (index - start > best.length) best = { start, length: index - start };
    start = index + 1;
  }
  const words = groups.map((group) => group.toString(16));
  if (best.length < 2) return words.join(':');
  return `${words.slice(0, best.start).join(':')}::${words.slice(best.start + best.length).join(':')}`;
}

function formatRange(range: AddressRange, host: readonly number[]): string {
  if (range.version === 4) return formatFour((range.groups[0] ?? 0) + (host[0] ?? 0));
  return formatSix(range.groups.map((group, index) => group + (host[index] ?? 0)));
}

/** The address at `index` of a range, counted from its first. */
export function addressAt(range: AddressRange, index: number): string {
  if (range.version === 4) return formatRange(range, [index]);
  const host = range.groups.map((_, group) => Math.floor(index / 65_536 ** (7 - group)) % 65_536);
  return formatRange(range, host);
}

function anyAddress(range: AddressRange, random: Random): string {
  if (range.version === 4) return formatRange(range, [random.below(rangeSize(range))]);
  const host = range.groups.map((_, index) =>
    random.below(2 ** Math.min(16, Math.max(0, range.hostBits - (7 - index) * 16))),
  );
  return formatRange(range, host);
}

/**
 * `wanted` different addresses of the ranges, all of them where they have no more. Ranges are drawn from in turn,
 * so that a small one beside a large one is not lost.
 */
export function pickAddresses(ranges: readonly AddressRange[], wanted: number, random: Random): string[] {
  const total = ranges.reduce((sum, range) => sum + rangeSize(range), 0);
  if (total <= wanted)
    return [
      ...new Set(
        ranges.flatMap((range) =>
          Array.from({ length: rangeSize(range) }, (_, index) => addressAt(range, index)),
        ),
      ),
    ];

  const picked = new Set<string>();
  const left = ranges.map(rangeSize);
  // Nearly exhausted ranges repeat themselves: a bound on tries keeps this short, and fewer addresses harm nothing.
  for (let attempt = 0; picked.size < wanted && attempt < wanted * 20; attempt += 1) {
    const index = attempt % ranges.length;
    const range = ranges[index];
    if (!range || (left[index] ?? 0) <= 0) continue;
    const before = picked.size;
    picked.add(anyAddress(range, random));
    left[index] = (left[index] ?? 0) - (picked.size - before);
  }
  return [...picked];
}
