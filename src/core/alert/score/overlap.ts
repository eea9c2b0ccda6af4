import { addressAt, type AddressRange } from '../../sample/addresses.js';
import { holdsNetwork } from '../network.js';

/** Whether a network and one of these ranges have addresses in common. */
export function overlaps(network: string, ranges: readonly AddressRange[]): boolean {
  return ranges.some((range) => {
    const bits = (range.version === 4 ? 32 : 128) - range.hostBits;
    const text = `${addressAt(range, 0)}/${bits}`;
    return holdsNetwork(text, network) || holdsNetwork(network, text);
  });
}
