import type { Router } from '@koa/router';
import type { Middleware } from 'koa';
import type { CallState } from './call.js';
import { HttpError } from './problem.js';

/** Says which methods an address has, when it is asked by another one (RFC 9110 §15.5.6). */
export function methodsAllowed(router: Router<CallState>): Middleware<CallState> {
  return async (call, next) => {
    const { path, route } = router.match(call.path, call.method);
    if (route || path.length === 0) return next();
    const allowed = [...new Set(path.flatMap(({ methods }) => methods))].sort();
    if (call.method === 'OPTIONS') {
      call.status = 204;
      call.set('Allow', allowed.join(', '));
      return undefined;
    }
    throw new HttpError(
      405,
      'method-not-allowed',
      `This address takes ${allowed.join(', ')} and not ${call.method}.`,
      { headers: { Allow: allowed.join(', ') } },
    );
  };
}
