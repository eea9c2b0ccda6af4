import type { IncomingMessage } from 'node:http';
import type { Middleware } from 'koa';
import { performance } from 'node:perf_hooks';
import { ExpectedError } from '../core/expected-error.js';
import { TooManyTries } from '../core/operations/limit.js';
import { InputError } from '../core/operations/perform.js';
import type { SystemContext } from '../core/operations/operation.js';
import type { Call, CallState } from './call.js';
import { ClientGone } from './exports.js';
import {
  expectedProblem,
  HttpError,
  inputProblem,
  requestId,
  unexpectedProblem,
  type Problem,
} from './problem.js';

export const PROBLEM_TYPE = 'application/problem+json';
/** So long the rest of a body that was refused may come. */
const LINGER_MS = 5_000;

/** Told of every request that ended, for the metrics. */
export type Ended = (call: {
  readonly method: string;
  readonly route: string;
  readonly status: number;
  readonly seconds: number;
}) => void;

/** Around everything: the request's id, its line in the log, and problem documents for what goes wrong. */
export function around(system: SystemContext, ended: Ended): Middleware<CallState> {
  return async (ctx, next) => {
    const begun = performance.now();
    const id = requestId(ctx.get('X-Request-Id'));
    ctx.state = { id, log: system.log.child({ request: id }), route: null, actor: null };
    ctx.set('X-Request-Id', id);
    ctx.set('Cache-Control', 'no-store');
    ctx.res.once('close', () => {
      const { route, actor, log } = ctx.state;
      const ms = performance.now() - begun;
      // Who went away before the answer was whole got no status; nginx has the number for that.
      const status = ctx.res.writableFinished ? ctx.res.statusCode : 499;
      const named = route ?? 'none';
      log.info('request', {
        method: ctx.method,
        route: named,
        status,
        ms: Math.round(ms * 10) / 10,
        ...(actor !== null && { actor: actor.id }),
      });
      ended({ method: ctx.method, route: named, status, seconds: ms / 1_000 });
    });
    // Also an answer that is no problem may come before its body, which nobody reads then.
    ctx.res.once('finish', () => {
      if (!ctx.req.complete) letEnd(ctx.req);
    });
    try {
      await next();
      if (ctx.status === 404 && (ctx.body === undefined || ctx.body === null) && ctx.state.route === null)
        throw new HttpError(
          404,
          'no-such-route',
          'There is nothing at this address; /docs lists what there is.',
        );
    } catch (error) {
      answerProblem(ctx, error);
    }
  };
}

/** Answers with the problem document of an error; where the answer has begun already, it is cut off. */
export function answerProblem(ctx: Call, error: unknown): void {
  const { id, log } = ctx.state;
  if (error instanceof ClientGone) {
    ctx.res.destroy();
    return;
  }
  const problem = problemOf(error, id);
  if (problem.status >= 500)
    log.error(problem.code === 'unexpected' ? 'a request failed unexpectedly' : 'a request failed', {
      code: problem.code,
      error,
    });
  if (ctx.headerSent) {
    ctx.res.destroy();
    return;
  }
  ctx.respond = true;
  ctx.status = problem.status;
  ctx.body = JSON.stringify(problem);
  ctx.set('Content-Type', PROBLEM_TYPE);
  if (error instanceof HttpError) ctx.set({ ...error.headers });
  if (error instanceof TooManyTries) ctx.set('Retry-After', String(error.retryAfterSeconds));
  if (problem.status === 401) ctx.set('WWW-Authenticate', 'Bearer');
}

/** Who still sends would not see the answer if the connection broke at once: the rest is read for a while, and dropped. */
function letEnd(request: IncomingMessage): void {
  const timer = setTimeout(() => request.socket.destroy(), LINGER_MS);
  request.once('close', () => clearTimeout(timer));
  request.once('end', () => clearTimeout(timer));
  request.resume();
}

function problemOf(error: unknown, id: string): Problem {
  if (error instanceof InputError) return inputProblem(error, id);
  if (error instanceof ExpectedError) return expectedProblem(error, id);
  // Koa's and the router's own: a path that cannot be decoded, for example.
  const { status, expose } = error as { status?: unknown; expose?: unknown };
  if (typeof status === 'number' && status >= 400 && status < 500 && expose === true)
    return expectedProblem(
      new HttpError(status, 'request-invalid', 'The request cannot be read; check its address.'),
      id,
    );
  return unexpectedProblem(id);
}
