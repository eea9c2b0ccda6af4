import { randomBytes, randomUUID } from 'node:crypto';
import * as fc from 'fast-check';
import { SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { checkToken, issueToken, peekToken } from '../../../src/core/identity/token.js';
import { NOW } from '../../support/context.js';

const key = { id: randomUUID(), secret: randomBytes(32) };
const claims = { tenant: 7, user: 3, session: randomUUID() };
const issue = () => issueToken(claims, key, NOW);
const after = (seconds: number) => new Date(NOW.getTime() + seconds * 1000);

const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
const parts = (token: string) => token.split('.') as [string, string, string];

describe('an access token', () => {
  it('says who signed in, and nothing of rights', async () => {
    const token = await issue();

    expect(await peekToken(token)).toEqual({ claims, key: key.id });
    expect(JSON.parse(Buffer.from(parts(token)[1], 'base64url').toString())).toEqual({
      iss: 'dmarc-ops',
      aud: 'dmarc-ops-api',
      sub: '3',
      sid: claims.session,
      tenant: 7,
      iat: NOW.getTime() / 1000,
      exp: NOW.getTime() / 1000 + 900,
    });
  });

  it('is good for 15 minutes and no second longer', async () => {
    const token = await issue();

    expect(await checkToken(token, key, after(899))).toBe('good');
    expect(await checkToken(token, key, after(900))).toBe('expired');
  });

  it('of another key is forged, whether it has ended or not', async () => {
    const token = await issue();
    const other = { id: key.id, secret: randomBytes(32) };

    expect(await checkToken(token, other, NOW)).toBe('forged');
    expect(await checkToken(token, other, after(9_000))).toBe('forged');
  });

  it('with any letter changed is none, or forged', async () => {
    const token = await issue();
    await fc.assert(
      fc.asyncProperty(
        fc.nat(token.length - 1),
        fc.constantFrom('A', 'a', '0', '-', '_', '.'),
        async (at, letter) => {
          const changed = token.slice(0, at) + letter + token.slice(at + 1);
          // The last letter of 32 bytes in base64url stands for fewer bits than it has.
          fc.pre(changed !== token && at < token.length - 1);

          expect(
            (await peekToken(changed)) === null || (await checkToken(changed, key, NOW)) === 'forged',
          ).toBe(true);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('without a signature, or of another algorithm, is none', async () => {
    const [, payload, signature] = parts(await issue());
    const heads = [
      { alg: 'none', typ: 'at+jwt', kid: key.id },
      { alg: 'HS512', typ: 'at+jwt', kid: key.id },
      { alg: 'RS256', typ: 'at+jwt', kid: key.id },
      { alg: 'HS256', typ: 'JWT', kid: key.id },
      { alg: 'HS256', typ: 'at+jwt' },
      { alg: 'HS256', typ: 'at+jwt', kid: "' OR 1=1" },
    ];

    for (const head of heads)
      for (const end of ['', signature]) {
        const token = `${encode(head)}.${payload}.${end}`;
        expect([head, await peekToken(token)]).toEqual([head, null]);
        expect([head, await checkToken(token, key, NOW)]).toEqual([head, 'forged']);
      }
  });

  it('for somebody else, or by somebody else, is forged though the key is right', async () => {
    const made = (change: (token: SignJWT) => SignJWT) =>
      change(
        new SignJWT({ tenant: 7, sid: claims.session })
          .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt', kid: key.id })
          .setSubject('3')
          .setIssuer('dmarc-ops')
          .setAudience('dmarc-ops-api')
          .setIssuedAt(NOW)
          .setExpirationTime(after(60)),
      ).sign(key.secret);

    expect(await checkToken(await made((token) => token), key, NOW)).toBe('good');
    expect(await checkToken(await made((token) => token.setAudience('other')), key, NOW)).toBe('forged');
    expect(await checkToken(await made((token) => token.setIssuer('other')), key, NOW)).toBe('forged');
  });

  it.each(['', 'x', 'a.b.c', '..', `${'a'.repeat(3_000)}.b.c`])('is not %j', async (text) => {
    expect(await peekToken(text)).toBeNull();
  });
});
