import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeCertificate } from '../../support/certificate.js';
import { fakeConnector, type ConnectorState, type Outcome, refusal } from './connector.js';
import { signingKey, type SigningKey } from './keys.js';
import { TOKEN_SECONDS } from './limits.js';
import type { Fault } from './state.js';
import { fakeUsers, type FakeUsers } from './users.js';

export const FAKE_APP_ID = '11111111-2222-4333-8444-555555555555';
export const FAKE_TENANT = 'aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee';
export const FAKE_SECRET = 'a-secret~of.the_bot';

/** Microsoft Teams on loopback, as far as a bot sees it; see limits.ts for what it refuses. */
export interface FakeTeams extends FakeUsers {
  /** Base of the Bot Connector. */
  readonly serviceUrl: string;
  readonly openIdUrl: string;
  /** The token endpoint without TLS, for bots in the test's own process. */
  readonly authority: string;
  /** The same over TLS with a certificate of its own: NODE_EXTRA_CA_CERTS names `certificateFile`. */
  readonly secureAuthority: string;
  readonly certificateFile: string;
  readonly fileHost: string;
  /** Variables that set a service up for it. */
  environment(): Record<string, string>;
  readonly calls: ConnectorState['calls'];
  /** Happens to the next calls of the bot, one each. */
  fault(...faults: readonly Fault[]): void;
  /** Tokens that were given end now. */
  endTokens(): void;
  readonly tokensGiven: () => number;
  /** Authorization headers that came to the file host. */
  readonly fileCalls: readonly { readonly method: string; readonly authorization: string | undefined }[];
  /** What was put into OneDrive, by path. */
  readonly drive: ReadonlyMap<string, Buffer>;
  readonly key: SigningKey;
  stop(): Promise<void>;
}

/** Starts it. `now` in milliseconds moves its rate limits. */
export async function startFakeTeams({
  now = () => performance.now(),
}: { now?: () => number } = {}): Promise<FakeTeams> {
  const key = signingKey();
  const state: ConnectorState = {
    appId: FAKE_APP_ID,
    conversations: new Map(),
    people: new Map(),
    messages: [],
    calls: [],
    now,
  };
  const connector = fakeConnector(state);
  const tokens = new Map<string, number>();
  const faults: Fault[] = [];
  const files = new Map<string, Buffer>();
  const drive = new Map<string, Buffer>();
  const fileCalls: { method: string; authorization: string | undefined }[] = [];
  let tokensGiven = 0;

  const folder = mkdtempSync(path.join(tmpdir(), 'fake-teams-'));
  makeCertificate(folder, 'valid');
  const certificateFile = path.join(folder, 'cert.pem');

  const handle: RequestListener = (request, response) => {
    serve(request, response).catch(() => response.destroy());
  };
  const plain = createServer(handle);
  const secure = createSecureServer(
    { key: readFileSync(path.join(folder, 'key.pem')), cert: readFileSync(certificateFile) },
    handle,
  );
  await Promise.all([listen(plain), listen(secure)]);
  const base = `http://127.0.0.1:${port(plain)}`;
  const serviceUrl = `${base}/emea`;

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', base);
    const method = request.method ?? 'GET';
    const body = await bytesOf(request);
    if (url.pathname === '/openid')
      return reply(response, {
        status: 200,
        body: {
          issuer: 'https://api.botframework.com',
          jwks_uri: `${base}/keys`,
          id_token_signing_alg_values_supported: ['RS256'],
        },
      });
    if (url.pathname === '/keys') return reply(response, { status: 200, body: { keys: [key.jwk] } });
    const tenant = /^\/([^/]+)\/oauth2\/v2\.0\/token$/u.exec(url.pathname)?.[1];
    if (tenant !== undefined)
      return reply(response, token(tenant, new URLSearchParams(body.toString('utf8'))));
    if (url.pathname.startsWith('/files/')) return file(request, response, url.pathname, body);
    if (url.pathname.startsWith('/emea/')) return await call(request, response, method, url, body);
    return reply(response, refusal(404, 'NotFound'));
  }

  /** https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow */
  function token(tenant: string, form: URLSearchParams): Outcome {
    const no = (status: number, error: string, code: string): Outcome => ({
      status,
      body: {
        error,
        error_description: `${code}: refused. Trace ID: 1`,
        error_codes: [Number(code.slice(6))],
      },
    });
    if (form.get('grant_type') !== 'client_credentials')
      return no(400, 'unsupported_grant_type', 'AADSTS70003');
    if (tenant !== FAKE_TENANT) return no(400, 'invalid_request', 'AADSTS90002');
    if (form.get('client_id') !== FAKE_APP_ID) return no(400, 'unauthorized_client', 'AADSTS700016');
    if (form.get('client_secret') !== FAKE_SECRET) return no(401, 'invalid_client', 'AADSTS7000215');
    if (form.get('scope') !== 'https://api.botframework.com/.default')
      return no(400, 'invalid_scope', 'AADSTS70011');
    const access = `bot.${randomUUID()}`;
    tokens.set(access, Date.now() + TOKEN_SECONDS * 1_000);
    tokensGiven += 1;
    return { status: 200, body: { token_type: 'Bearer', expires_in: TOKEN_SECONDS, access_token: access } };
  }

  async function call(
    request: IncomingMessage,
    response: ServerResponse,
    method: string,
    url: URL,
    body: Buffer,
  ): Promise<void> {
    const given = /^Bearer (.+)$/u.exec(request.headers.authorization ?? '')?.[1] ?? '';
    const inner = new URL(url.pathname.slice('/emea'.length) + url.search, base);
    const log = (status: number): void =>
      void state.calls.push({ method, path: inner.pathname + inner.search, status });
    if ((tokens.get(given) ?? 0) < Date.now()) {
      log(401);
      return reply(response, refusal(401, 'Unauthorized'));
    }
    const at = faults.findIndex((fault) => fault.method === undefined || fault.method === method);
    const [fault] = at === -1 ? [] : faults.splice(at, 1);
    if (fault?.delayMs !== undefined) await sleep(fault.delayMs);
    if (fault?.status !== undefined) {
      log(fault.status);
      const refused = refusal(fault.status, fault.code ?? 'Injected');
      return reply(
        response,
        fault.retryAfter === undefined ? refused : { ...refused, retryAfter: fault.retryAfter },
      );
    }
    const outcome = connector(
      method,
      inner,
      body.length === 0 ? {} : (JSON.parse(body.toString('utf8')) as Record<string, unknown>),
    );
    log(outcome.status);
    if (fault?.lost === true) return void response.destroy();
    if (fault?.held === true) return;
    reply(response, outcome);
  }

  function file(request: IncomingMessage, response: ServerResponse, name: string, body: Buffer): void {
    fileCalls.push({ method: request.method ?? '', authorization: request.headers.authorization });
    if (request.method === 'PUT') {
      if (request.headers['content-range'] !== `bytes 0-${body.length - 1}/${body.length}`)
        return reply(response, refusal(416, 'BadRange'));
      drive.set(name, body);
      return reply(response, { status: 201, body: {} });
    }
    const kept = files.get(name);
    if (kept === undefined) return reply(response, refusal(404, 'NotFound'));
    response.writeHead(200, { 'content-length': kept.length }).end(kept);
  }

  const users = fakeUsers({ state, key, serviceUrl, files, base, tenant: FAKE_TENANT });
  const secureAuthority = `https://localhost:${port(secure)}`;
  const fileHost = new URL(base).host;
  return {
    ...users,
    serviceUrl,
    openIdUrl: `${base}/openid`,
    authority: base,
    secureAuthority,
    certificateFile,
    fileHost,
    key,
    drive,
    fileCalls,
    calls: state.calls,
    environment: () => ({
      MICROSOFT_APP_ID: FAKE_APP_ID,
      MICROSOFT_APP_PASSWORD: FAKE_SECRET,
      MICROSOFT_APP_TENANT_ID: FAKE_TENANT,
      TEAMS_OPENID_URL: `${base}/openid`,
      TEAMS_AUTHORITY_URL: secureAuthority,
      TEAMS_SERVICE_URLS: serviceUrl,
      TEAMS_FILE_HOSTS: fileHost,
      NODE_EXTRA_CA_CERTS: certificateFile,
    }),
    fault: (...more) => void faults.push(...more),
    endTokens: () => tokens.clear(),
    tokensGiven: () => tokensGiven,
    stop: async () => {
      for (const server of [plain, secure]) server.closeAllConnections();
      await Promise.all([close(plain), close(secure)]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function reply(response: ServerResponse, { status, body, retryAfter }: Outcome): void {
  response.writeHead(status, {
    'content-type': 'application/json',
    ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }),
  });
  response.end(JSON.stringify(body));
}

async function bytesOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(chunks);
}

async function listen(server: Server | ReturnType<typeof createSecureServer>): Promise<void> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
}

function port(server: Server | ReturnType<typeof createSecureServer>): number {
  return (server.address() as AddressInfo).port;
}

async function close(server: Server | ReturnType<typeof createSecureServer>): Promise<void> {
  await new Promise<void>((resolve) => server.close(() => resolve()));
}
