import { HttpError } from './problem.js';

/** Gives a place back; more than once does nothing more. */
export type GiveBack = () => void;

/** Places for work that holds much while it lasts: a bounded number in one process, and fewer for one asker. */
export interface Places {
  /** Throws HttpError 503 where there is none. */
  take(who: string): GiveBack;
  /** Whether the next asker would find none. */
  readonly short: () => boolean;
}

export interface PlacesOptions {
  readonly what: 'uploads' | 'exports';
  readonly all: number;
  /** Of one asker, so that nobody takes those of everybody. */
  readonly each: number;
  readonly retrySeconds: number;
}

/** Places of which none is taken yet. */
export function places({ what, all, each, retrySeconds }: PlacesOptions): Places {
  const taken = new Map<string, number>();
  let underWay = 0;
  const busy = (whose: string) =>
    new HttpError(503, `${what}-busy`, `${whose} under way; try again in a moment.`, {
      headers: { 'Retry-After': String(retrySeconds) },
    });
  return {
    short: () => underWay >= all,
    take: (who) => {
      const mine = taken.get(who) ?? 0;
      if (mine >= each) throw busy(`As many ${what} of yours as may be at once (${each}) are`);
      if (underWay >= all) throw busy(`${all} ${what} are`);
      taken.set(who, mine + 1);
      underWay += 1;
      let isBack = false;
      return () => {
        if (isBack) return;
        isBack = true;
        underWay -= 1;
        const left = (taken.get(who) ?? 1) - 1;
        if (left > 0) taken.set(who, left);
        else taken.delete(who);
      };
    },
  };
}
