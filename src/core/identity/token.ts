import { z } from 'zod';
import { lazily } from '../report/loading.js';

/**
 * Access tokens: JWT (RFC 7519) signed with HMAC-SHA-256. They say who signed in, and nothing of rights: those are read
 * from the store at each request.
 */
export interface AccessClaims {
  readonly tenant: number;
  readonly user: number;
  /** The sign-in that the token came of; UUID. */
  readonly session: string;
}

export interface SigningKey {
  /** UUID; the token names it as `kid`. */
  readonly id: string;
  readonly secret: Uint8Array;
}

/** 15 minutes. */
export const ACCESS_TOKEN_SECONDS = 15 * 60;
/** Longer text is no token of ours. */
const LONGEST_TOKEN = 2_000;
const ISSUER = 'dmarc-ops';
const AUDIENCE = 'dmarc-ops-api';
const ALGORITHM = 'HS256';
/** RFC 9068 §2.1: an access token says that it is one, so that no other JWT passes for it. */
const TYPE = 'at+jwt';

const jose = lazily(() => import('jose'));

const tenantField = z.int32().positive();
const header = z.object({ alg: z.literal(ALGORITHM), typ: z.literal(TYPE), kid: z.uuid() });
const payload = z.object({
  tenant: tenantField,
  sub: z.string().regex(/^[1-9]\d{0,9}$/u),
  sid: z.uuid(),
});

/** A token that ends in 15 minutes. */
export async function issueToken(claims: AccessClaims, key: SigningKey, now: Date): Promise<string> {
  const { SignJWT } = await jose();
  const issued = Math.floor(now.getTime() / 1000);
  return new SignJWT({ tenant: claims.tenant, sid: claims.session })
    .setProtectedHeader({ alg: ALGORITHM, typ: TYPE, kid: key.id })
    .setIssuer(ISSUER)
    .setAudience(AUDIENCE)
    .setSubject(String(claims.user))
    .setIssuedAt(issued)
    .setExpirationTime(issued + ACCESS_TOKEN_SECONDS)
    .sign(key.secret);
}

/** What a token says of itself, not to be believed yet: whose key to check it with. Null where it is none of ours. */
export async function peekToken(
  token: string,
): Promise<{ readonly claims: AccessClaims; readonly key: string } | null> {
  if (token.length > LONGEST_TOKEN) return null;
  const { decodeJwt, decodeProtectedHeader } = await jose();
  try {
    const { kid } = header.parse(decodeProtectedHeader(token));
    const { tenant, sub, sid } = payload.parse(decodeJwt(token));
    return { claims: { tenant, user: Number(sub), session: sid }, key: kid };
  } catch {
    return null;
  }
}

/** Whether a token is signed with this key and still good. The time is looked at after the signature. */
export async function checkToken(
  token: string,
  key: SigningKey,
  now: Date,
): Promise<'good' | 'expired' | 'forged'> {
  const { jwtVerify, errors } = await jose();
  try {
    await jwtVerify(token, key.secret, {
      issuer: ISSUER,
      audience: AUDIENCE,
      algorithms: [ALGORITHM],
      typ: TYPE,
      requiredClaims: ['exp', 'iat', 'sub', 'sid', 'tenant'],
      currentDate: now,
    });
    return 'good';
  } catch (error) {
    if (error instanceof errors.JWTExpired) return 'expired';
    if (error instanceof errors.JOSEError) return 'forged';
    throw error;
  }
}
