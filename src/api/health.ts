import type { Router } from '@koa/router';
import { checkReady } from '../core/operations/ready.js';
import type { SystemContext } from '../core/operations/operation.js';
import type { CallState } from './call.js';
import { HttpError } from './problem.js';
import { remembered } from './remembered.js';

/** Who asks whether we are ready does not wait for long. */
const READY_WITHIN_MS = 3_000;
/** Everybody may ask, so the database is not asked each time. */
const FRESH_MS = 1_000;

/** `/healthz`: the process is up. `/readyz`: it can serve; open to all, so they tell nothing else. */
export function healthRoutes(
  router: Router<CallState>,
  system: SystemContext,
  state: { readonly stopping: boolean },
): void {
  const isReady = remembered(() => answersInTime(system), FRESH_MS);
  router.get('/healthz', (call) => {
    call.state.route = '/healthz';
    call.body = { status: 'up' };
  });
  router.get('/readyz', async (call) => {
    call.state.route = '/readyz';
    if (state.stopping) throw notReady('stopping', 'The service is stopping.');
    if (!(await isReady()))
      throw notReady('database-gone', 'The database does not answer, or lacks the tables of this version.');
    call.body = { status: 'ready' };
  });
}

async function answersInTime(system: SystemContext): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), READY_WITHIN_MS);
  });
  try {
    return await Promise.race([
      checkReady(system).then(
        () => true,
        () => false,
      ),
      late,
    ]);
  } finally {
    clearTimeout(timer);
  }
}

function notReady(code: string, why: string): HttpError {
  return new HttpError(503, code, why);
}
