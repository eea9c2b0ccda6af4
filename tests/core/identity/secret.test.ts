import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hideSecrets, newSecret, readSecret, type SecretKind } from '../../../src/core/identity/secret.js';

const kinds: readonly SecretKind[] = ['key', 'refresh', 'setup'];

describe('a secret', () => {
  it('names its tenant, and is known again by its SHA-256', () => {
    fc.assert(
      fc.property(fc.constantFrom(...kinds), fc.integer({ min: 1, max: 2 ** 31 - 1 }), (kind, tenant) => {
        const { text, digest } = newSecret(kind, tenant);

        expect(readSecret(kind, text)).toEqual({ tenant, digest });
        expect(text).toMatch(/^dm[ors]_[\w-]{48}$/u);
      }),
    );
  });

  it('is one of its kind alone', () => {
    const { text } = newSecret('refresh', 1);

    expect(readSecret('key', text)).toBeNull();
    expect(readSecret('setup', text)).toBeNull();
  });

  it.each(kinds)('is hidden in any text, cut or in small letters too: %s', (kind) => {
    const { text } = newSecret(kind, 1);
    const prefix = text.slice(0, 4);

    expect(hideSecrets(`no key named “${text}”; ${text.toLowerCase()}, ${text.slice(0, 30)}…`)).toBe(
      `no key named “${prefix}[hidden]”; ${prefix}[hidden], ${prefix}[hidden]…`,
    );
    expect(hideSecrets('starts with dmo_, such as dmo_example')).toBe(
      'starts with dmo_, such as dmo_example',
    );
  });

  it('is another each time', () => {
    expect(newSecret('key', 1).text).not.toBe(newSecret('key', 1).text);
  });

  it.each([
    '',
    'dmo_',
    `dmo_${'A'.repeat(47)}`,
    `dmo_${'A'.repeat(49)}`,
    `dmo_${'A'.repeat(47)}=`,
    `dmo_${'A'.repeat(48)}`,
  ])('is not %j, which is too short, too long, in other letters, or of tenant 0', (text) => {
    expect(readSecret('key', text)).toBeNull();
  });

  it('of a tenant beyond what PostgreSQL numbers is none', () => {
    const bytes = Buffer.alloc(36, 0xff);

    expect(readSecret('key', `dmo_${bytes.toString('base64url')}`)).toBeNull();
  });
});
