import { dirtyTenants, evaluateAll, evaluateDirty } from '../core/operations/alert/evaluate.js';
import type { Context } from '../core/operations/operation.js';
import { eachTenant } from '../core/operations/each.js';
import type { StartedPart } from '../part.js';
import { runLoop } from './loop.js';
import { createStop } from './stop.js';
import type { Wake } from './wake.js';

const FAILED = 'rules could not look at the domains of a tenant';

/** Has rules look at domains whose figures changed, some seconds after they did, until it is stopped. */
export function startRules(context: Context, wake: Wake): StartedPart {
  const { stopping, broken, stop } = createStop();
  const loop = runLoop({
    name: 'rules',
    log: context.log,
    wake,
    stopping,
    turn: async () => {
      let domains = 0;
      const evaluate = async (own: Context) => {
        const evaluated = await evaluateDirty({ ...own, signal: broken });
        domains += evaluated.domains;
        const opened = evaluated.raised.filter(({ outcome }) => outcome === 'opened').length;
        if (opened > 0) context.log.info('alerts were opened', { tenant: own.tenant, opened });
      };
      const tenants = await dirtyTenants(context);
      const failed = await eachTenant({ ...context, signal: stopping }, FAILED, evaluate, tenants);
      // The loop waits longer and longer before it tries again.
      if (domains === 0 && failed.length > 0) throw new Error(FAILED);
      return domains;
    },
  });
  return {
    line: 'on: domains are looked at when reports about them came in, and all of them every hour',
    stop: (withinMs) => stop(loop, withinMs),
  };
}

/** Has rules look at every claimed domain of every tenant, for what comes from absence. */
export async function evaluateEverything(context: Context): Promise<void> {
  await eachTenant(context, FAILED, evaluateAll);
}
