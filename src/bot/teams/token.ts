import { z } from 'zod';
import { ConnectorError } from './errors.js';
import type { TeamsSettings } from './settings.js';

/** Tokens of the bot for its calls to the Bot Connector. */
export interface TokenSource {
  /** A token that is good for minutes yet. Throws CredentialsRefused, or ConnectorError where nobody answered. */
  token(): Promise<string>;
  /** The token was refused: the next is asked for anew. */
  forget(token: string): void;
}

/** Microsoft knows no such bot, or not with this secret. The message says what to do, and holds no secret. */
export class CredentialsRefused extends Error {
  override readonly name = 'CredentialsRefused';
}

/** The resource that tokens of bots are for; see the page named in settings.ts. */
const SCOPE = 'https://api.botframework.com/.default';
/** Tokens are taken for ended so long before they are. */
const MARGIN_MS = 300_000;
const LONGEST_WAIT_MS = 15_000;

const given = z.object({ access_token: z.string().min(1), expires_in: z.coerce.number().positive() });
const refused = z.object({ error: z.string(), error_description: z.string().optional() });

/** Asks for tokens by the client credentials grant (RFC 6749 §4.4), one at a time, and keeps them until shortly before their end. */
export function tokenSource(settings: TeamsSettings, now: () => Date): TokenSource {
  let kept: { readonly token: string; readonly until: number } | null = null;
  let asking: Promise<string> | null = null;

  async function fresh(): Promise<string> {
    const { token, seconds } = await ask(settings);
    kept = { token, until: now().getTime() + seconds * 1_000 - MARGIN_MS };
    return token;
  }
  return {
    token: async () => {
      if (kept !== null && kept.until > now().getTime()) return kept.token;
      asking ??= fresh().finally(() => {
        asking = null;
      });
      return await asking;
    },
    forget: (token) => {
      if (kept?.token === token) kept = null;
    },
  };
}

async function ask({
  appId,
  password,
  tenantId,
  authority,
}: TeamsSettings): Promise<{ token: string; seconds: number }> {
  const form = { grant_type: 'client_credentials', client_id: appId, client_secret: password, scope: SCOPE };
  let response: Response;
  let body: unknown;
  try {
    response = await fetch(`${authority}/${tenantId}/oauth2/v2.0/token`, {
      method: 'POST',
      body: new URLSearchParams(form),
      redirect: 'error',
      signal: AbortSignal.timeout(LONGEST_WAIT_MS),
    });
    body = await response.json();
  } catch (error) {
    throw new ConnectorError(0, '', null, { cause: error });
  }
  const read = given.safeParse(body);
  if (response.ok && read.success) return { token: read.data.access_token, seconds: read.data.expires_in };
  if (response.status >= 500 || response.status === 429) throw new ConnectorError(response.status, '', null);
  throw new CredentialsRefused(sentenceOf(refused.safeParse(body).data?.error_description ?? ''));
}

/** By Microsoft's codes: https://learn.microsoft.com/entra/identity-platform/reference-error-codes */
function sentenceOf(description: string): string {
  const code = /^(AADSTS\d+)/u.exec(description)?.[1] ?? '';
  const known: Readonly<Record<string, string>> = {
    AADSTS700016:
      'the tenant has no application with this MICROSOFT_APP_ID; check it and MICROSOFT_APP_TENANT_ID',
    AADSTS7000215: 'MICROSOFT_APP_PASSWORD is wrong; give the value of the client secret, not its id',
    AADSTS7000222: 'MICROSOFT_APP_PASSWORD has ended; make a new client secret and give its value',
    AADSTS90002: 'there is no tenant with this MICROSOFT_APP_TENANT_ID; check it',
  };
  const what = known[code] ?? 'check MICROSOFT_APP_ID, MICROSOFT_APP_PASSWORD and MICROSOFT_APP_TENANT_ID';
  return `Microsoft refuses the credentials: ${what}${code === '' ? '' : ` (${code})`}.`;
}
