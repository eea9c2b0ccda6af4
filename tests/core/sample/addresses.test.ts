import { isIP } from 'node:net';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressAt, formatSix, parseRange, pickAddresses } from '../../../src/core/sample/addresses.js';
import { randomFor } from '../../../src/core/sample/random.js';

describe('an address range', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7', 1],
    ['192.0.2.77/28', '192.0.2.64', 16],
    ['255.255.255.255/1', '128.0.0.0', 2 ** 31],
    ['2001:db8::25', '2001:db8::25', 1],
    ['2001:DB8:0:ffff::/52', '2001:db8:0:f000::', 2 ** 76],
    ['::/0', '::', 2 ** 128],
  ])('%s starts at %s', (text, first, size) => {
    const range = parseRange(text)!;

    expect(addressAt(range, 0)).toBe(first);
    expect(2 ** range.hostBits).toBe(size);
  });

  it.each([
    '',
    'example.com',
    '192.0.2',
    '192.0.2.256',
    '192.0.2.0/33',
    '1::2::3',
    '12345::',
    '1:2:3',
    '::/129',
    ':::',
  ])('is not %j', (text) => {
    expect(parseRange(text)).toBeNull();
  });

  it('has addresses in order', () => {
    expect(addressAt(parseRange('192.0.2.0/24')!, 255)).toBe('192.0.2.255');
    expect(addressAt(parseRange('2001:db8::/64')!, 65_537)).toBe('2001:db8::1:1');
  });
});

describe('IPv6 text', () => {
  it.each([
    [[0x2001, 0xdb8, 0, 0, 1, 0, 0, 1], '2001:db8::1:0:0:1'],
    [[0x2001, 0xdb8, 0, 1, 1, 1, 1, 1], '2001:db8:0:1:1:1:1:1'],
    [[0, 0, 0, 0, 0, 0, 0, 1], '::1'],
    [[1, 0, 0, 0, 0, 0, 0, 0], '1::'],
    [[0, 0, 0, 0, 0, 0, 0, 0], '::'],
    [[1, 0, 0, 2, 0, 0, 0, 3], '1:0:0:2::3'],
  ])('of %j is %s (RFC 5952)', (groups, text) => {
    expect(formatSix(groups)).toBe(text);
  });
});

describe('picking addresses', () => {
  it('gives different addresses within the ranges', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1, max: 300 }), (seed, wanted) => {
        const ranges = ['203.0.113.0/25', '2001:db8:bad::/48'].map((text) => parseRange(text)!);

        const picked = pickAddresses(ranges, wanted, randomFor(seed));

        expect(new Set(picked).size).toBe(picked.length);
        expect(picked.length).toBeLessThanOrEqual(wanted);
        expect(picked.length).toBeGreaterThanOrEqual(Math.min(wanted, 120));
        expect(picked.filter((address) => isIP(address) === 0)).toEqual([]);
        expect(picked.filter((address) => !/^203\.0\.113\.|^2001:db8:bad:/.test(address))).toEqual([]);
      }),
    );
  });

  it('gives all addresses of ranges that have no more, each once', () => {
    const ranges = ['192.0.2.0/30', '192.0.2.3'].map((text) => parseRange(text)!);

    expect(pickAddresses(ranges, 10, randomFor('x'))).toEqual([
      '192.0.2.0',
      '192.0.2.1',
      '192.0.2.2',
      '192.0.2.3',
    ]);
  });

  it('draws from a small range beside a large one', () => {
    const ranges = ['192.0.2.7', '2001:db8::/32'].map((text) => parseRange(text)!);

    expect(pickAddresses(ranges, 5, randomFor('x'))).toContain('192.0.2.7');
  });
});
