/**
 * Sources are looked at as networks: senders move among neighbouring addresses. An IPv4 /24 is the smallest network
 * that is routed by itself; an IPv6 /64 is one link, whose lower half hosts choose themselves (RFC 4291 §2.5.1, RFC 7421).
 */
export const NETWORK_BITS = { four: 24, six: 64 } as const;

/** The network of an address in canonical text, in CIDR notation; null where it is no address. */
export function networkOf(address: string): string | null {
  if (address.includes(':')) {
    const value = sixOf(address);
    return value === null ? null : `${sixText((value >> 64n) << 64n)}/${NETWORK_BITS.six}`;
  }
  const [a, b, c, ...rest] = address.split('.');
  return rest.length === 1 ? `${a}.${b}.${c}.0/${NETWORK_BITS.four}` : null;
}

/** Whether a network holds another, or an address, wholly. False where one of them is neither. */
export function holdsNetwork(outer: string, inner: string): boolean {
  const [a, b] = [parsed(inner), parsed(outer)];
  if (a === null || b === null || a.width !== b.width || a.bits < b.bits) return false;
  const shift = BigInt(b.width - b.bits);
  return a.value >> shift === b.value >> shift;
}

interface Parsed {
  readonly value: bigint;
  /** Of the address: 32 or 128. */
  readonly width: number;
  readonly bits: number;
}

function parsed(text: string): Parsed | null {
  const [address = '', length] = text.split('/');
  const six = address.includes(':');
  const value = six ? sixOf(address) : fourOf(address);
  const width = six ? 128 : 32;
  const bits = length === undefined ? width : Number(length);
  if (value === null || !Number.isInteger(bits) || bits < 0 || bits > width) return null;
  return { value, width, bits };
}

function fourOf(text: string): bigint | null {
  const octets = text.split('.');
  if (octets.length !== 4 || octets.some((octet) => !/^\d{1,3}$/u.test(octet) || Number(octet) > 255))
    return null;
  return octets.reduce((value, octet) => value * 256n + BigInt(octet), 0n);
}

function sixOf(text: string): bigint | null {
  const [head = '', tail, ...more] = text.split('::');
  if (more.length > 0) return null;
  const [before, after] = [groupsOf(head), groupsOf(tail ?? '')];
  if (before === null || after === null) return null;
  const missing = 8 - before.length - after.length;
  if (tail === undefined ? missing !== 0 : missing < 1) return null;
  const groups = [...before, ...Array.from({ length: missing }, () => 0), ...after];
  return groups.reduce((value, group) => value * 65_536n + BigInt(group), 0n);
}

/** Groups of 16 bits; the last may be written as an IPv4 address. */
function groupsOf(text: string): number[] | null {
  if (text === '') return [];
  const groups: number[] = [];
  for (const word of text.split(':')) {
    if (/^[0-9a-f]{1,4}$/iu.test(word)) groups.push(Number.parseInt(word, 16));
    else {
      const four = fourOf(word);
      if (four === null) return null;
      groups.push(Number(four >> 16n), Number(four & 0xffffn));
    }
  }
  return groups;
}

/** RFC 5952 §4, as PostgreSQL writes it too. */
function sixText(value: bigint): string {
  const groups = Array.from({ length: 8 }, (_, index) =>
    Number((value >> BigInt(112 - 16 * index)) & 0xffffn),
  );
  let best = { start: 0, length: 1 };
  let start = 0;
  for (let index = 0; index <= 8; index += 1) {
    if (index < 8 && groups[index] === 0) continue;
    if (index - start > best.length) best = { start, length: index - start };
    start = index + 1;
  }
  const words = groups.map((group) => group.toString(16));
  if (best.length < 2) return words.join(':');
  return `${words.slice(0, best.start).join(':')}::${words.slice(best.start + best.length).join(':')}`;
}
