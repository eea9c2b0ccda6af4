import cors from '@koa/cors';
import helmet from 'koa-helmet';
import type { Middleware } from 'koa';
import type { ApiSettings } from './settings.js';

const CORS_CACHED_SECONDS = 600;

/** Headers for answers that no browser shall make a page of. */
export function securityHeaders(): Middleware {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
    },
    // Whoever may read across origins is said by CORS, which is off unless allowed.
    crossOriginResourcePolicy: { policy: 'same-origin' },
    referrerPolicy: { policy: 'no-referrer' },
    xFrameOptions: { action: 'deny' },
  });
}

/** Answers pages of the origins that are allowed; null where none is. No cookies are used, so none are allowed. */
export function crossOrigin({ corsOrigins }: Pick<ApiSettings, 'corsOrigins'>): Middleware | null {
  if (corsOrigins.length === 0) return null;
  const all = corsOrigins.includes('*');
  return cors({
    origin: (ctx) => {
      const origin = ctx.get('Origin');
      return all ? '*' : corsOrigins.includes(origin) ? origin : '';
    },
    allowMethods: 'GET,POST,PUT,PATCH,DELETE',
    allowHeaders: 'Authorization,Content-Type,X-Request-Id',
    exposeHeaders: 'Location,RateLimit,RateLimit-Policy,Retry-After,X-Request-Id',
    credentials: false,
    maxAge: CORS_CACHED_SECONDS,
  });
}
