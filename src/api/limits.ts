import { countTry, type Rate } from '../core/operations/limit.js';
import { countedAddress } from '../core/identity/address.js';
import { createHash } from 'node:crypto';
import type { SystemContext } from '../core/operations/operation.js';
import type { Call } from './call.js';
import { HttpError } from './problem.js';
import type { ApiSettings } from './settings.js';

const MINUTE = 60;
const HOUR = 3_600;
/** Those over their limit that are remembered; beyond it they cost a look at the database again. */
const REMEMBERED = 10_000;

export type LimitKind = 'calls' | 'uploads' | 'exports' | 'strangers';

/** Counts calls by who asks, together with all other processes. */
export interface CallLimits {
  /** Throws HttpError 429 for one too many; else says in the answer's headers how many are left. */
  take(call: Call, kind: LimitKind, who: string): Promise<void>;
}

/** The limits of the settings; strangers, who show no key or token that is believed, have that of calls. */
export function callLimits(system: SystemContext, settings: ApiSettings): CallLimits {
  const rates: Readonly<Record<LimitKind, Rate>> = {
    calls: { name: 'api-calls', tries: settings.callsPerMinute, seconds: MINUTE },
    uploads: { name: 'api-uploads', tries: settings.uploadsPerHour, seconds: HOUR },
    exports: { name: 'api-exports', tries: settings.exportsPerMinute, seconds: MINUTE },
    strangers: { name: 'api-strangers', tries: settings.callsPerMinute, seconds: MINUTE },
  };
  const over = new Map<string, number>();
  /** Who is known to be over costs no look at the database. */
  const refuseKnown = (kind: LimitKind, who: string) => {
    const key = `${kind} ${who}`;
    const until = over.get(key);
    if (until === undefined) return;
    const left = until - Date.now();
    if (left > 0) throw tooMany(rates[kind], kind, left);
    over.delete(key);
  };
  return {
    take: async (call, kind, who) => {
      refuseKnown(kind, who);
      const rate = rates[kind];
      const taken = await countTry(system, rate, who);
      call.set('RateLimit-Policy', `"${kind}";q=${rate.tries};w=${rate.seconds}`);
      if (taken.allowed) {
        call.set('RateLimit', `"${kind}";r=${taken.left}`);
        return;
      }
      if (over.size >= REMEMBERED) over.clear();
      over.set(`${kind} ${who}`, Date.now() + taken.retryAfterMs);
      throw tooMany(rate, kind, taken.retryAfterMs);
    },
  };
}

/** Who asks without being known: the network of the address, as a digest. */
export function strangerAt(address: string): string {
  return createHash('sha256').update(countedAddress(address)).digest('base64url');
}

function tooMany(rate: Rate, kind: LimitKind, ms: number): HttpError {
  const seconds = Math.max(1, Math.ceil(ms / 1_000));
  const what = kind === 'strangers' ? 'calls without a valid key' : kind;
  const per = rate.seconds === HOUR ? 'an hour' : 'a minute';
  return new HttpError(
    429,
    'rate-limited',
    `That is more than ${rate.tries} ${what} ${per}; try again in ${seconds} s.`,
    {
      headers: {
        'Retry-After': String(seconds),
        'RateLimit-Policy': `"${kind}";q=${rate.tries};w=${rate.seconds}`,
        RateLimit: `"${kind}";r=0;t=${seconds}`,
      },
    },
  );
}
