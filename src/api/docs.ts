import { createReadStream } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Router } from '@koa/router';
import helmet from 'koa-helmet';
import type { CallState } from './call.js';

/** What the page loads of swagger-ui-dist. */
const FILES: Readonly<Record<string, string>> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'favicon-32x32.png': 'image/png',
};

const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>dmarc-ops API</title>
    <link rel="icon" href="docs/favicon-32x32.png">
    <link rel="stylesheet" href="docs/swagger-ui.css">
  </head>
  <body>
    <div id="page"></div>
    <script src="docs/swagger-ui-bundle.js"></script>
    <script src="docs/start.js"></script>
  </body>
</html>
`;

/** validatorUrl: a description that leaves the machine would tell others that it is there. */
const START = `SwaggerUIBundle({ url: 'openapi.json', dom_id: '#page', validatorUrl: null, deepLinking: true });\n`;

/** All from here, no inline scripts; the icons in the style sheet are data URLs. */
const POLICY = helmet({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'"],
      imgSrc: ["'self'", 'data:'],
      connectSrc: ["'self'"],
      baseUri: ["'none'"],
      formAction: ["'none'"],
      frameAncestors: ["'none'"],
    },
  },
  referrerPolicy: { policy: 'no-referrer' },
  xFrameOptions: { action: 'deny' },
});

/** `/openapi.json`, and a page at `/docs` that shows it. */
export function docsPage(router: Router<CallState>, description: object): void {
  const json = JSON.stringify(description);
  router.get('/openapi.json', (call) => {
    call.state.route = '/openapi.json';
    call.type = 'application/json';
    call.body = json;
  });
  router.get('/docs', POLICY, (call) => {
    call.state.route = '/docs';
    call.type = 'text/html; charset=utf-8';
    call.body = PAGE;
  });
  router.get('/docs/start.js', POLICY, (call) => {
    call.state.route = '/docs/start.js';
    call.type = 'text/javascript; charset=utf-8';
    call.body = START;
  });
  const folder = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
  for (const [name, type] of Object.entries(FILES))
    router.get(`/docs/${name}`, POLICY, (call) => {
      call.state.route = `/docs/${name}`;
      call.set('Content-Type', type);
      call.set('Cache-Control', 'max-age=3600');
      call.body = createReadStream(join(folder, name));
    });
}
