import { lookup as systemLookup, type LookupAddress } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { ipOf } from '../../core/report/aggregate/ip.js';

/** An address that webhooks may not be at. Its message names the host alone. */
export class ClosedAddress extends Error {
  override readonly name = 'ClosedAddress';
}

/** Which addresses may be spoken to. */
export interface Gate {
  /** Throws ClosedAddress for a URL whose host is an address, and a closed one; names are looked at by `lookup`. */
  check(url: URL): void;
  /**
   * For connections: looks a name up and gives only addresses that are open, so that what was looked at is what is
   * connected to, whatever the name says a moment later (DNS rebinding).
   */
  lookup(url: URL): LookupFunction;
}

/** All addresses of a name. */
export type Resolve = (
  name: string,
  done: (error: NodeJS.ErrnoException | null, addresses: readonly LookupAddress[]) => void,
) => void;

/**
 * Not reachable from everywhere, or not one host (iana.org: IANA IPv4 and IPv6 Special-Purpose Address Registries; RFC
 * 6890). Addresses at which clouds give credentials to their machines are among them, but for Azure's own.
 */
const CLOSED_4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
  // learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16
  '168.63.129.16/32',
];
/** All that was ever given to hosts (RFC 4291 §2.4), so without fc00::/7, fe80::/10, and what holds an IPv4 address. */
const OPEN_6 = ['2000::/3'];
const CLOSED_6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'];

const closed = networksOf([...CLOSED_4, ...CLOSED_6]);
const global6 = networksOf(OPEN_6);

/** Lets public addresses pass over https, and those in the given networks over http too. */
export function createGate(networks: readonly string[], resolve: Resolve = resolveAll): Gate {
  const listed = networksOf(networks);
  const isOpen = (text: string, url: URL): boolean => {
    const address = ipOf(text);
    if (address === null) return false;
    return has(listed, address) || (url.protocol === 'https:' && isPublic(address));
  };
  return {
    check: (url) => {
      const host = url.hostname.replaceAll(/^\[|\]$/gu, '');
      if (isIP(host) !== 0 && !isOpen(host, url)) throw closedAddress(url);
    },
    lookup: (url) => (name, options, done) => {
      resolve(name, (error, all) => {
        if (error !== null) return done(error, '', 0);
        const family = options.family === 4 || options.family === 6 ? options.family : null;
        const open = all.filter((one) => isOpen(one.address, url) && (family ?? one.family) === one.family);
        const [first] = open;
        if (first === undefined) done(closedAddress(url), '', 0);
        else if (options.all === true) done(null, open);
        else done(null, first.address, first.family);
      });
    },
  };
}

function isPublic(address: string): boolean {
  return !has(closed, address) && (!address.includes(':') || has(global6, address));
}

function closedAddress({ host, protocol }: URL): ClosedAddress {
  return new ClosedAddress(
    protocol === 'http:'
      ? `${host} may be spoken to over https alone, unless WEBHOOK_NETWORKS names its network.`
      : `${host} is at an address that is not public; WEBHOOK_NETWORKS may name its network.`,
  );
}

function networksOf(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', bits = ''] = network.split('/');
    list.addSubnet(address, Number(bits), address.includes(':') ? 'ipv6' : 'ipv4');
  }
  return list;
}

function has(list: BlockList, address: string): boolean {
  return list.check(address, address.includes(':') ? 'ipv6' : 'ipv4');
}

function resolveAll(name: string, done: Parameters<Resolve>[1]): void {
  systemLookup(name, { all: true }, (error, addresses) => done(error, error === null ? addresses : []));
}
