import { countTry, type Rate } from '../core/operations/limit.js';
import { countedAddress } from '../core/identity/address.js';
import { createHash } from 'node:crypto';
import type { SystemContext } from '../core/operations/operation.js';
import type { Call } from './call.js';
import { HttpError } from './problem.js';
import type { ApiSettings } from './settings.js';

const MINUTE = 60;
const HOUR = 3_600;
/**
 * A fiftieth of the calls of a limit is taken at once and used up here, so that not every call has the database count.
 * What a process has taken and not used is lost to the others: at most so much sooner is the limit reached.
 */
const AT_ONCE = 1 / 50;
/** Those over their limit that are remembered; beyond it they cost a look at the database again. */
const REMEMBERED = 10_000;

export type LimitKind = 'calls' | 'uploads' | 'exports' | 'strangers';

/** Counts calls by who asks, together with all other processes. */
export interface CallLimits {
  /** Throws HttpError 429 for one too many; else says in the answer's headers how many are left. */
  take(call: Call, kind: LimitKind, who: string): Promise<void>;
  /** Throws HttpError 429 where it is known already, without a look at the database, that this is one too many. */
  refuseKnown(kind: LimitKind, who: string): void;
}

/** Calls that were counted already: those to be used here, and what the limit leaves beside them. */
interface Allowance {
  here: number;
  readonly elsewhere: number;
  readonly until: number;
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
  const taken = new Map<string, Allowance>();
  const allowanceOf = async (kind: LimitKind, who: string): Promise<Allowance | number> => {
    const key = `${kind} ${who}`;
    const held = taken.get(key);
    if (held !== undefined && held.here > 0 && held.until > Date.now()) return held;
    const rate = rates[kind];
    const here = Math.max(1, Math.floor(rate.tries * AT_ONCE));
    const counted = await countTry(system, rate, who, here);
    if (!counted.allowed) return counted.retryAfterMs;
    if (taken.size >= REMEMBERED) taken.clear();
    const allowance = { here, elsewhere: counted.left, until: Date.now() + counted.endsInMs };
    taken.set(key, allowance);
    return allowance;
  };
  /** Who is known to be over costs no look at the database. */
  const refuseKnown: CallLimits['refuseKnown'] = (kind, who) => {
    const key = `${kind} ${who}`;
    const until = over.get(key);
    if (until === undefined) return;
    const left = until - Date.now();
    if (left > 0) throw tooMany(rates[kind], kind, left);
    over.delete(key);
  };
  return {
    refuseKnown,
    take: async (call, kind, who) => {
      refuseKnown(kind, who);
      const rate = rates[kind];
      const allowance = await allowanceOf(kind, who);
      call.set('RateLimit-Policy', `"${kind}";q=${rate.tries};w=${rate.seconds}`);
      if (typeof allowance !== 'number') {
        allowance.here -= 1;
        call.set('RateLimit', `"${kind}";r=${allowance.here + allowance.elsewhere}`);
        return;
      }
      if (over.size >= REMEMBERED) over.clear();
      over.set(`${kind} ${who}`, Date.now() + allowance);
      throw tooMany(rate, kind, allowance);
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
