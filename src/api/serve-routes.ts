import type { Router } from '@koa/router';
import type { Middleware } from 'koa';
import type { Identity } from '../core/operations/authenticate.js';
import type { Context, SystemContext } from '../core/operations/operation.js';
import { performOpen } from '../core/operations/open.js';
import { perform } from '../core/operations/perform.js';
import { contextFor, type Call, type CallState } from './call.js';
import { EXPORT_PLACES, EXPORTS, sendExport } from './exports.js';
import { inputOf } from './input.js';
import { strangerAt, type CallLimits, type LimitKind } from './limits.js';
import { places, type Places } from './places.js';
import type { Route } from './route.js';
import { ROUTES } from './routes.js';
import type { ApiSettings } from './settings.js';
import { takeUpload, UPLOAD_PLACES } from './upload.js';
import { whoAsks } from './who-asks.js';

export const BASE = '/v1';

export interface Serves {
  readonly system: SystemContext;
  readonly settings: ApiSettings;
  readonly limits: CallLimits;
}

/** Puts all routes below /v1 on the router. */
export function apiRoutes(router: Router<CallState>, given: Serves): void {
  const serves = { ...given, who: whoAsks(given.system, given.limits) };
  for (const one of ROUTES)
    router.register(
      koaPath(one.path),
      [one.method],
      one.access === 'open' ? open(serves, one) : asked(serves, one.path, 'calls', answering(one)),
    );
  const uploads = places(UPLOAD_PLACES);
  const takes = { settings: serves.settings.upload, isShort: uploads.short };
  router.post(
    `${BASE}/reports`,
    asked(serves, '/reports', 'uploads', (call, context) => takeUpload(call, context, takes), uploads),
  );
  const exports = places(EXPORT_PLACES);
  for (const { file, operation } of EXPORTS)
    router.get(
      `${BASE}/exports/${file}`,
      asked(
        serves,
        `/exports/${file}`,
        'exports',
        (call, context) => sendExport(call, context, operation),
        exports,
      ),
    );
}

/** `/reports/{report}` as the router writes it. */
function koaPath(path: string): string {
  return `${BASE}${path.replaceAll(/\{(\w+)\}/gu, ':$1')}`;
}

interface Serving extends Serves {
  readonly who: ReturnType<typeof whoAsks>;
}

type Work = (call: Call, context: Context) => Promise<void>;

/**
 * Finds out who asks, counts the call, and does the work for them. A place, where the work needs one, is looked for
 * before: who finds none has not had what the limit is for.
 */
function asked(
  { system, limits, who: find }: Serving,
  path: string,
  kind: LimitKind,
  work: Work,
  room?: Places,
): Middleware<CallState> {
  return async (call) => {
    call.state.route = `${BASE}${path}`;
    const identity = await find(call);
    call.state.actor = identity.actor;
    const who = partyOf(identity);
    const giveBack = room?.take({ who, tenant: identity.tenant });
    try {
      await limits.take(call, kind, who);
      await work(call, contextFor(system, call, identity));
    } finally {
      giveBack?.();
    }
  };
}

/** Who is counted: a user with all their keys and sign-ins; a key that belongs to nobody by itself. */
function partyOf({ tenant, actor }: Identity): string {
  return `${tenant}:${actor.user === undefined ? actor.id : `user:${actor.user}`}`;
}

type OpenRoute = Extract<Route, { access: 'open' }>;
type AskedRoute = Extract<Route, { access: 'role' }>;

function answering(route: AskedRoute): Work {
  return async (call, context) => {
    answer(call, route, await perform(route.operation, context, await inputOf(call, route)));
  };
}

/** For everybody, counted by address. */
function open({ system, limits }: Serves, route: OpenRoute): Middleware<CallState> {
  return async (call) => {
    call.state.route = `${BASE}${route.path}`;
    await limits.take(call, 'strangers', strangerAt(call.ip));
    const mine = { ...system, log: call.state.log };
    answer(
      call,
      route,
      await performOpen(route.operation, mine, await inputOf(call, route), { address: call.ip }),
    );
  };
}

function answer(call: Call, { status, location }: Route, result: unknown): void {
  call.status = status;
  if (location !== undefined) call.set('Location', `${BASE}${location(result)}`);
  if (status !== 204) call.body = result;
}
