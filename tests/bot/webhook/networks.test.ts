import { describe, expect, it } from 'vitest';
import { ClosedAddress, createGate, type Resolve } from '../../../src/bot/webhook/networks.js';

/** Whether a URL whose host is an address may be spoken to. */
function passes(address: string, networks: readonly string[] = [], protocol = 'https'): boolean {
  const host = address.includes(':') ? `[${address}]` : address;
  try {
    createGate(networks).check(new URL(`${protocol}://${host}/`));
    return true;
  } catch (error) {
    if (error instanceof ClosedAddress) return false;
    throw error;
  }
}

describe('an address', () => {
  it.each([
    '127.0.0.1',
    '10.1.2.3',
    '172.31.255.255',
    '192.168.0.1',
    '169.254.169.254',
    '100.100.100.200',
    '168.63.129.16',
    '0.0.0.0',
    '255.255.255.255',
    '224.0.0.1',
    '192.0.0.192',
    '198.19.0.1',
    '::1',
    '::',
    'fe80::1',
    'fd00:ec2::254',
    'fc00::1',
    'ff02::1',
    '::ffff:127.0.0.1',
    '::ffff:10.0.0.1',
    '::127.0.0.1',
    '64:ff9b::a00:1',
    '2002:7f00:1::',
    '2001:0:4136:e378::1',
    '2001:db8::1',
    // Other ways to write 127.0.0.1, which URLs take.
    '2130706433',
    '0x7f.1',
    '017700000001',
  ])('that is not public is closed: %s', (address) => {
    expect(passes(address)).toBe(false);
  });

  it.each(['1.1.1.1', '172.15.255.255', '172.32.0.1', '100.128.0.1', '2606:4700::1111', '2a00:1450::1'])(
    'that is public is open over https: %s',
    (address) => {
      expect(passes(address)).toBe(true);
    },
  );

  it('of a network that is named is open, over http too', () => {
    expect(passes('10.1.2.3', ['10.1.2.0/24'])).toBe(true);
    expect(passes('10.1.2.3', ['10.1.2.0/24'], 'http')).toBe(true);
    expect(passes('10.1.3.3', ['10.1.2.0/24'])).toBe(false);
    expect(passes('::ffff:10.1.2.3', ['10.1.2.0/24'])).toBe(true);
    expect(passes('fd00::7', ['fd00::/8'])).toBe(true);
  });

  it('that is public is closed over http', () => {
    expect(passes('1.1.1.1', ['10.0.0.0/8'], 'http')).toBe(false);
  });
});

describe('a name', () => {
  const url = new URL('https://hooks.example.com/secret-path');
  const found =
    (...addresses: string[]): Resolve =>
    (_name, done) =>
      done(
        null,
        addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      );
  const look = (resolve: Resolve, options: { all?: boolean; family?: number } = { all: true }) =>
    new Promise<unknown>((given, failed) => {
      createGate([], resolve).lookup(url)('hooks.example.com', options, (error, address) =>
        error === null ? given(address) : failed(error),
      );
    });

  it('gives its open addresses alone', async () => {
    const given = await look(found('10.0.0.1', '1.1.1.1', '::1', '2606:4700::1111'));

    expect(given).toEqual([
      { address: '1.1.1.1', family: 4 },
      { address: '2606:4700::1111', family: 6 },
    ]);
  });

  it('gives one where one is asked for, of the family that is asked for', async () => {
    const resolve = found('1.1.1.1', '2606:4700::1111');

    expect(await look(resolve, {})).toBe('1.1.1.1');
    expect(await look(resolve, { family: 6 })).toBe('2606:4700::1111');
  });

  it('of closed addresses alone is closed, and its path is not told', async () => {
    const tried = look(found('10.0.0.1', '169.254.169.254'));

    await expect(tried).rejects.toThrow(ClosedAddress);
    await expect(tried).rejects.toThrow(/^hooks\.example\.com is at an address that is not public/u);
    await expect(tried).rejects.not.toThrow(/secret-path/u);
  });
});
