import { describe, expect, it } from 'vitest';
import { countedAddress } from '../../../src/core/identity/address.js';
import { hashPassword, isPasswordOf } from '../../../src/core/identity/hash.js';
import { passwordFault } from '../../../src/core/identity/password.js';

const fault = async (password: string, words: readonly string[] = []) =>
  (await passwordFault(password, words))?.code ?? null;

describe('a new password', () => {
  it.each([
    ['correct horse battery staple', null],
    ['kT9#mvQ2$xLp', null],
    ['пароль никто не знает 42', null],
    ['kT9#mvQ2$xL', 'password-too-short'],
    ['😀😀😀😀😀😀', 'password-too-short'],
    ['password1234', 'password-too-weak'],
    ['aaaaaaaaaaaaaaaaaaaa', 'password-too-weak'],
    ['123456789012', 'password-too-weak'],
    ['qwertyuiop[]', 'password-too-weak'],
    [`kT9#mvQ2$xLp${'ä'.repeat(31)}`, 'password-too-long'],
    [`kT9#mvQ2$xLp\0more`, 'password-unusable'],
  ])('%j: %s', async (password, code) => {
    expect(await fault(password)).toBe(code);
  });

  it('is none that is made of what everybody knows of the person', async () => {
    const words = ['ada.lovelace@example.com', 'Ada King'];

    expect(await fault('ada.lovelace@example.com', words)).toBe('password-too-weak');
    expect(await fault('AdaLovelace12', words)).toBe('password-too-weak');
    expect(await fault('kingadalovelace', words)).toBe('password-too-weak');
    expect(await fault('dmarc-ops-dmarc-ops')).toBe('password-too-weak');
  });

  it('is told what is wrong with it, and never itself', async () => {
    const found = await passwordFault('hunter2hunter2', []);

    expect(found?.message).toMatch(/too easy to guess\..+/u);
    expect(found?.message).not.toContain('hunter2');
  });
});

describe('a hash', () => {
  it('is bcrypt of 12 rounds, and of the same letters however a keyboard writes them', async () => {
    const hash = await hashPassword('Zürich liegt am See');

    expect(hash).toMatch(/^\$2b\$12\$/u);
    expect(await isPasswordOf('Zu\u0308rich liegt am See', hash)).toBe(true);
    expect(await isPasswordOf('Zurich liegt am See', hash)).toBe(false);
  });

  it('is not matched by what bcrypt would cut, nor where there is none', async () => {
    const full = 'x'.repeat(72);
    const hash = await hashPassword(full);

    expect(await isPasswordOf(full, hash)).toBe(true);
    expect(await isPasswordOf(`${full}y`, hash)).toBe(false);
    expect(await isPasswordOf(`${full}\0`, hash)).toBe(false);
    // The hash that stands in for none is of this very text.
    expect(await isPasswordOf(full, null)).toBe(false);
  });
});

describe('tries are counted', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['nonsense', 'unknown'],
  ])('from %s by %s', (address, counted) => {
    expect(countedAddress(address)).toBe(counted);
  });
});
