import { createPrivateKey, generateKeyPairSync, randomUUID, type KeyObject } from 'node:crypto';
import { SignJWT } from 'jose';

/** Keys as Microsoft publishes them, and tokens that they sign. */
export interface SigningKey {
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly jwk: Record<string, unknown>;
}

export function signingKey(endorsements: readonly string[] = ['msteams']): SigningKey {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  const kid = randomUUID();
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid, use: 'sig', alg: 'RS256', endorsements };
  return { kid, privateKey: createPrivateKey(privateKey.export({ type: 'pkcs8', format: 'pem' })), jwk };
}

/** How a token differs from a good one. */
export interface TokenTraits {
  readonly audience?: string;
  readonly issuer?: string;
  readonly serviceUrl?: string | null;
  /** Seconds from now; negative for the past. */
  readonly expiresIn?: number;
  readonly key?: SigningKey;
  /** The kid that is named, where it is not the key's own. */
  readonly kid?: string;
}

export async function inboundToken(
  key: SigningKey,
  appId: string,
  own: string,
  traits: TokenTraits,
): Promise<string> {
  const {
    audience = appId,
    issuer = 'https://api.botframework.com',
    serviceUrl = own,
    expiresIn = 3_600,
  } = traits;
  const signedBy = traits.key ?? key;
  const seconds = Math.floor(Date.now() / 1_000);
  return await new SignJWT(serviceUrl === null ? {} : { serviceurl: serviceUrl })
    .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: traits.kid ?? signedBy.kid })
    .setIssuer(issuer)
    .setAudience(audience)
    .setNotBefore(seconds - 7_200)
    .setExpirationTime(seconds + expiresIn)
    .sign(signedBy.privateKey);
}
