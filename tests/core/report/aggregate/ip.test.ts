import * as fc from 'fast-check';
import { isIPv4, isIPv6 } from 'node:net';
import { describe, expect, it } from 'vitest';
import { ipOf } from '../../../../src/core/report/aggregate/ip.js';

describe('an IPv4 address', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['0.0.0.0', '0.0.0.0'],
    ['255.255.255.255', '255.255.255.255'],
    ['192.000.002.001', '192.0.2.1'],
    ['256.0.2.1', null],
    ['192.0.2', null],
    ['192.0.2.1.5', null],
    ['192.0..1', null],
    ['192.0.2.1:25', null],
    ['192.0.2.1/32', null],
    ['192.0.2.x', null],
    ['1234.0.2.1', null],
    ['.192.0.2.1', null],
    ['', null],
  ])('%j is %s', (text, ip) => {
    expect(ipOf(text)).toBe(ip);
  });
});

describe('an IPv6 address', () => {
  // RFC 5952 §4 and the examples of RFC 4291 §2.2.
  it.each([
    ['2001:0DB8:0000:0000:0000:0000:0000:0001', '2001:db8::1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['::', '::'],
    ['::1', '::1'],
    ['1::', '1::'],
    ['2001:db8::192.0.2.1', '2001:db8::c000:201'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['0:0:0:0:0:FFFF:192.0.2.1', '192.0.2.1'],
    ['::192.0.2.1', '::c000:201'],
    ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
    ['1:2:3:4:5:6:7:8::', null],
    ['1:2:3:4:5:6:7', null],
    ['1:2:3:4:5:6:7:8:9', null],
    ['1::2::3', null],
    ['12345::', null],
    [':1', null],
    ['1:', null],
    ['192.0.2.1::', null],
    ['2001:db8::g', null],
    [':'.repeat(100_000), null],
  ])('%j is %s', (text, ip) => {
    expect(ipOf(text)).toBe(ip);
  });
});

describe('any address', () => {
  it('keeps its meaning, and its canonical text is its own', () => {
    const groups = fc.array(fc.oneof(fc.constant(0), fc.nat(0xffff)), { minLength: 8, maxLength: 8 });
    fc.assert(
      fc.property(groups, (parts) => {
        const ip = ipOf(parts.map((part) => part.toString(16)).join(':')) ?? '';
        expect(isIPv6(ip) || isIPv4(ip)).toBe(true);
        expect(ipOf(ip)).toBe(ip);
        expect(isIPv6(ip) ? new URL(`http://[${ip}]/`).hostname : `[${ip}]`).toBe(`[${ip}]`);
      }),
    );
  });

  it('is what Node takes for one, or one with leading zeros', () => {
    const character = fc.constantFrom(...Array.from('0123456789af.:'));
    fc.assert(
      fc.property(fc.string({ unit: character, maxLength: 24 }), (text) => {
        const bare = text.replace(/(^|\.)0{1,2}(?=\d)/g, '$1');
        expect(ipOf(text) !== null).toBe(isIPv6(text) || isIPv4(bare));
      }),
      { numRuns: 2_000 },
    );
  });
});
