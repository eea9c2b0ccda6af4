import { ipOf } from '../report/aggregate/ip.js';

/** Groups of an IPv6 address that name a network: one customer has a /64 at least (RFC 6177 §2). */
const NETWORK_GROUPS = 4;

/** An address as tries are counted by: IPv4 as it is, of IPv6 its /64. `unknown` for what is no address. */
export function countedAddress(address: string): string {
  const plain = ipOf(address);
  if (plain === null) return 'unknown';
  return plain.includes(':') ? `${groupsOf(plain).slice(0, NETWORK_GROUPS).join(':')}::/64` : plain;
}

/** All eight groups of an address that may be shortened. */
function groupsOf(address: string): string[] {
  const [before = '', after] = address.split('::');
  const head = before === '' ? [] : before.split(':');
  if (after === undefined) return head;
  const tail = after === '' ? [] : after.split(':');
  return [...head, ...Array.from({ length: 8 - head.length - tail.length }, () => '0'), ...tail];
}
