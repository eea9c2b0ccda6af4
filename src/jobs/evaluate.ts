import { dirtyTenants, evaluateAll, evaluateDirty } from '../core/operations/alert/evaluate.js';
import type { Context } from '../core/operations/operation.js';
import { allTenants } from '../core/operations/tenants.js';
import type { StartedPart } from '../part.js';
import { runLoop } from './loop.js';
import { createStop } from './stop.js';
import type { Wake } from './wake.js';

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
      for (const tenant of await dirtyTenants(context)) {
        if (stopping.aborted) break;
        const evaluated = await evaluateDirty({ ...context, tenant, signal: broken });
        domains += evaluated.domains;
        const opened = evaluated.raised.filter(({ outcome }) => outcome === 'opened').length;
        if (opened > 0) context.log.info('alerts were opened', { tenant, opened });
      }
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
  for (const { id } of await allTenants(context)) await evaluateAll({ ...context, tenant: id });
}
