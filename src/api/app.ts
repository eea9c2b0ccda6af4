import Koa from 'koa';
import { Router } from '@koa/router';
import type { SystemContext } from '../core/operations/operation.js';
import { around } from './around.js';
import type { CallState } from './call.js';
import { docsPage } from './docs.js';
import { healthRoutes } from './health.js';
import { callLimits } from './limits.js';
import { metrics } from './metrics.js';
import { methodsAllowed } from './methods.js';
import { openApi } from './openapi.js';
import { apiRoutes } from './serve-routes.js';
import { crossOrigin, securityHeaders } from './security.js';
import { listen, type Mount } from './server.js';
import type { ApiSettings } from './settings.js';

export interface ApiOptions {
  readonly system: SystemContext;
  readonly settings: ApiSettings;
  /** As the API's description says it. */
  readonly version: string;
  /** Chat platforms that take requests on this port. */
  readonly mounts?: readonly Mount[];
}

export interface Api {
  /** Such as http://127.0.0.1:8080. */
  readonly url: string;
  readonly port: number;
  /** Takes nothing new; lets what is under way end, and cuts off clients shortly before the bound. */
  stop(withinMs: number): Promise<void>;
}

/** Serves the API. Throws ExpectedError where it cannot listen. */
export async function startApi(options: ApiOptions): Promise<Api> {
  const { system, settings, mounts = [] } = options;
  const state = { stopping: false };
  const limits = callLimits(system, settings);
  const measured = metrics(system, settings);
  const description = openApi(options.version);
  const cors = crossOrigin(settings);

  const app = new Koa<CallState>({
    proxy: settings.proxies > 0,
    // What stands further left in X-Forwarded-For is the caller's own word.
    maxIpsCount: settings.proxies,
  });
  // Everything that goes wrong becomes a problem document; what Koa itself tells is a client that went away.
  app.silent = true;
  app.use(around(system, measured.ended));
  app.use(securityHeaders());
  if (cors !== null) app.use(cors);
  const router = new Router<CallState>();
  app.use(methodsAllowed(router));
  healthRoutes(router, system, state);
  router.get('/metrics', measured.answer);
  docsPage(router, description);
  apiRoutes(router, { system, settings, limits });
  app.use(router.routes());

  const answer = app.callback();
  const serving = await listen(settings, mounts, answer);
  return {
    url: serving.url,
    port: serving.port,
    stop: async (withinMs) => {
      state.stopping = true;
      await serving.stop(withinMs);
    },
  };
}
