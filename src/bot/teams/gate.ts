import { createRemoteJWKSet, errors, jwtVerify, type JWTVerifyGetKey } from 'jose';
import { z } from 'zod';
import type { TeamsSettings } from './settings.js';

/** Says whether a token is Microsoft's, for us, and still good. */
export interface Gate {
  /** The address that the token's bearer answers at; null for any other token. Throws where the keys cannot be had. */
  check(authorization: string | undefined): Promise<{ readonly serviceUrl: string } | null>;
}

/** https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication#step-4-verify-the-jwt-token */
const ISSUER = 'https://api.botframework.com';
const ALGORITHMS = ['RS256'];
const SKEW_SECONDS = 300;
const LONGEST_TOKEN = 10_000;
const LONGEST_WAIT_MS = 10_000;
const KEYS_AGE_MS = 86_400_000;

const described = z.object({ issuer: z.literal(ISSUER), jwks_uri: z.url() });
const claims = z.object({ serviceurl: z.string().min(1) });

/**
 * Our own lock before that of botbuilder, which stays on behind it: the SDK lets the caller's fields choose among rules for
 * other kinds of callers, and prints what it refuses. There is no setting that leaves it out.
 */
export function gate({ appId, openIdUrl }: TeamsSettings): Gate {
  let keys: Promise<JWTVerifyGetKey> | null = null;
  const known = (): Promise<JWTVerifyGetKey> =>
    (keys ??= keysAt(openIdUrl).catch((error: unknown) => {
      keys = null;
      throw error;
    }));

  return {
    check: async (authorization) => {
      const token = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/u.exec(
        (authorization ?? '').slice(0, LONGEST_TOKEN),
      )?.[1];
      if (token === undefined) return null;
      const key = await known();
      try {
        const { payload } = await jwtVerify(token, key, {
          issuer: ISSUER,
          audience: appId,
          algorithms: ALGORITHMS,
          clockTolerance: SKEW_SECONDS,
          requiredClaims: ['exp'],
        });
        const read = claims.safeParse(payload).data;
        return read === undefined ? null : { serviceUrl: read.serviceurl };
      } catch (error) {
        if (isTheirs(error)) return null;
        throw error;
      }
    },
  };
}

/** Whether the token is at fault, and not that keys could not be fetched. */
function isTheirs(error: unknown): boolean {
  if (error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid) return false;
  return error instanceof errors.JOSEError && error.code !== 'ERR_JOSE_GENERIC';
}

async function keysAt(openIdUrl: string): Promise<JWTVerifyGetKey> {
  const response = await fetch(openIdUrl, { signal: AbortSignal.timeout(LONGEST_WAIT_MS) });
  if (!response.ok) throw new Error(`Microsoft's description of its keys answers ${response.status}.`);
  const { jwks_uri: address } = described.parse(await response.json());
  return createRemoteJWKSet(new URL(address), { cacheMaxAge: KEYS_AGE_MS, timeoutDuration: LONGEST_WAIT_MS });
}
