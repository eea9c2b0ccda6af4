/**
 * Canonical text of an IP address: dotted decimal for IPv4, RFC 5952 for IPv6, IPv4-mapped IPv6 as IPv4.
 * White space, brackets and a zone id (RFC 4007) are taken off. Null where the text is no address.
 */
export function ipOf(text: string): string | null {
  if (isPlainIpv4(text)) return text;
  let value = text.trim();
  if (value.startsWith('[') && value.endsWith(']')) value = value.slice(1, -1);
  const zone = value.indexOf('%');
  if (zone > 0 && value.includes(':')) value = value.slice(0, zone);
  if (value.length > MAX_LENGTH) return null;
  if (!value.includes(':')) return ipv4Text(value);
  const groups = ipv6Groups(value);
  return groups === null ? null : (mappedIpv4(groups) ?? ipv6Text(groups));
}

/** The longest text of an IPv6 address: eight full groups, the last two as IPv4 (RFC 4291 §2.2). */
const MAX_LENGTH = 45;

/** Whether the text is dotted decimal without leading zeros, which is what nearly every record has. */
function isPlainIpv4(text: string): boolean {
  const length = text.length;
  if (length < 7 || length > 15) return false;
  let dots = 0;
  let digits = 0;
  let octet = 0;
  for (let i = 0; i < length; i += 1) {
    const code = text.charCodeAt(i);
    if (code === 46) {
      if (digits === 0) return false;
      dots += 1;
      digits = 0;
      octet = 0;
    } else {
      const digit = code - 48;
      if (digit < 0 || digit > 9 || (digits > 0 && octet === 0)) return false;
      digits += 1;
      octet = octet * 10 + digit;
      if (octet > 255) return false;
    }
  }
  return dots === 3 && digits > 0;
}

function ipv4Octets(text: string): number[] | null {
  const parts = text.split('.');
  if (parts.length !== 4) return null;
  const octets = parts.map((part) => (/^\d{1,3}$/.test(part) ? Number(part) : 256));
  return octets.every((octet) => octet <= 255) ? octets : null;
}

function ipv4Text(text: string): string | null {
  return ipv4Octets(text)?.join('.') ?? null;
}

function ipv6Groups(text: string): number[] | null {
  const halves = text.split('::');
  if (halves.length > 2) return null;
  const head = groupsOf(halves[0] ?? '', halves.length === 1);
  const tail = halves.length === 2 ? groupsOf(halves[1] ?? '', true) : [];
  if (head === null || tail === null) return null;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1) return missing === 0 ? head : null;
  return missing >= 1 ? [...head, ...Array.from({ length: missing }, () => 0), ...tail] : null;
}

function groupsOf(text: string, mayEndInIpv4: boolean): number[] | null {
  if (text === '') return [];
  const groups: number[] = [];
  const parts = text.split(':');
  for (const [index, part] of parts.entries()) {
    if (/^[\da-f]{1,4}$/i.test(part)) {
      groups.push(Number.parseInt(part, 16));
      continue;
    }
    const octets = mayEndInIpv4 && index === parts.length - 1 ? ipv4Octets(part) : null;
    if (octets === null) return null;
    const [a = 0, b = 0, c = 0, d = 0] = octets;
    groups.push(a * 256 + b, c * 256 + d);
  }
  return groups;
}

function mappedIpv4(groups: readonly number[]): string | null {
  const [, , , , , marker, high = 0, low = 0] = groups;
  if (marker !== 0xffff || groups.slice(0, 5).some((group) => group !== 0)) return null;
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

/** RFC 5952 §4: lower case, no leading zeros, the longest run of two or more zero groups as `::`. */
function ipv6Text(groups: readonly number[]): string {
  let start = -1;
  let length = 1;
  for (let i = 0; i < groups.length; i += 1) {
    let run = i;
    while (run < groups.length && groups[run] === 0) run += 1;
    if (run - i > length) {
      start = i;
      length = run - i;
    }
    i = Math.max(i, run - 1);
  }
  const hex = groups.map((group) => group.toString(16));
  if (start < 0) return hex.join(':');
  return `${hex.slice(0, start).join(':')}::${hex.slice(start + length).join(':')}`;
}
