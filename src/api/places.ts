import { HttpError } from './problem.js';

/** Gives a place back; more than once does nothing more. */
export type GiveBack = () => void;

/** Places for work that holds much while it lasts: a bounded number in one process, fewer for one tenant, and for one asker. */
export interface Places {
  /** Throws HttpError 503 where there is none for who asks, for their tenant, or at all. */
  readonly take: (asker: { readonly who: string; readonly tenant: number }) => GiveBack;
  /** Whether the next asker would find none. */
  readonly short: () => boolean;
}

export interface PlacesOptions {
  readonly what: 'uploads' | 'exports';
  readonly all: number;
  /** Of one tenant, so that none takes those of everybody, with however many keys. */
  readonly ofTenant: number;
  /** Of one asker. */
  readonly each: number;
  readonly retrySeconds: number;
}

/** Places of which none is taken yet. */
export function places({ what, all, ofTenant, each, retrySeconds }: PlacesOptions): Places {
  const taken = new Map<string, number>();
  let underWay = 0;
  const refuseFull = (name: string, most: number, whose: string) => {
    if ((taken.get(name) ?? 0) >= most)
      throw busy(`As many ${what} of ${whose} as may be at once (${most}) are`);
  };
  const busy = (whose: string) =>
    new HttpError(503, `${what}-busy`, `${whose} under way; try again in a moment.`, {
      headers: { 'Retry-After': String(retrySeconds) },
    });
  const change = (name: string, by: 1 | -1) => {
    const now = (taken.get(name) ?? 0) + by;
    if (now > 0) taken.set(name, now);
    else taken.delete(name);
  };
  return {
    short: () => underWay >= all,
    take: ({ who, tenant }) => {
      const names = [`asker ${who}`, `tenant ${tenant}`] as const;
      refuseFull(names[0], each, 'yours');
      refuseFull(names[1], ofTenant, 'your workspace');
      if (underWay >= all) throw busy(`${all} ${what} are`);
      for (const name of names) change(name, 1);
      underWay += 1;
      let isBack = false;
      return () => {
        if (isBack) return;
        isBack = true;
        underWay -= 1;
        for (const name of names) change(name, -1);
      };
    },
  };
}
