import { z } from 'zod';
import { ConnectorError, patiently } from './errors.js';
import type { TokenSource } from './token.js';

/** A message as the Bot Connector takes it. */
export type Outgoing = Readonly<Record<string, unknown>>;

export interface Where {
  /** Base of the Bot Connector, from the list of those that are allowed. */
  readonly serviceUrl: string;
  readonly conversation: string;
}

/** https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference */
export interface Connector {
  /** Gives the id of the new message. */
  send(where: Where, activity: Outgoing, options?: SendOptions): Promise<string>;
  update(where: Where, activityId: string, activity: Outgoing, options?: SendOptions): Promise<void>;
  member(where: Where, person: string): Promise<Member>;
  /** The personal chat with somebody of this tenant, made if need be; gives its id. */
  personalChat(serviceUrl: string, tenantId: string, bot: string, person: string): Promise<string>;
}

export interface SendOptions {
  /** Only the recipient that the activity names sees it. */
  readonly targeted?: boolean;
}

export type Member = z.output<typeof member>;

const LONGEST_WAIT_MS = 15_000;
const text = z.string().nullish();
const resource = z.object({ id: z.string().min(1) });
/** https://learn.microsoft.com/microsoftteams/platform/bots/how-to/get-teams-context */
const member = z.object({ name: text, userPrincipalName: text, tenantId: text, userRole: text });
const trouble = z.object({ error: z.object({ code: z.string() }) });

/**
 * Calls to the Bot Connector, each tried again where that may do, or as `trying` has it. Throws ConnectorError.
 */
export function connector(
  tokens: TokenSource,
  trying: (attempt: () => Promise<unknown>) => Promise<unknown> = patiently,
): Connector {
  const call = (serviceUrl: string, method: string, path: string, body?: Outgoing): Promise<unknown> =>
    trying(() => once(tokens, `${serviceUrl.replace(/\/+$/u, '')}/v3/conversations${path}`, method, body));
  const at = ({ conversation }: Where, rest: string): string =>
    `/${encodeURIComponent(conversation)}/${rest}`;
  const query = (options?: SendOptions): string =>
    options?.targeted === true ? '?isTargetedActivity=true' : '';
  return {
    send: async (where, activity, options) =>
      read(resource, await call(where.serviceUrl, 'POST', at(where, `activities${query(options)}`), activity))
        .id,
    update: async (where, activityId, activity, options) => {
      const path = at(where, `activities/${encodeURIComponent(activityId)}${query(options)}`);
      await call(where.serviceUrl, 'PUT', path, { ...activity, id: activityId });
    },
    member: async (where, person) =>
      read(member, await call(where.serviceUrl, 'GET', at(where, `members/${encodeURIComponent(person)}`))),
    personalChat: async (serviceUrl, tenantId, bot, person) => {
      const body = {
        isGroup: false,
        bot: { id: bot },
        members: [{ id: person }],
        tenantId,
        channelData: { tenant: { id: tenantId } },
      };
      return read(resource, await call(serviceUrl, 'POST', '', body)).id;
    },
  };
}

function read<Shape extends z.ZodType>(shape: Shape, body: unknown): z.output<Shape> {
  const parsed = shape.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new ConnectorError(502, 'AnswerNotUnderstood', null);
}

async function once(tokens: TokenSource, url: string, method: string, body?: Outgoing): Promise<unknown> {
  const token = await tokens.token();
  let response: Response;
  let answer: string;
  try {
    response = await fetch(url, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      // The token shall not follow anybody elsewhere.
      redirect: 'error',
      signal: AbortSignal.timeout(LONGEST_WAIT_MS),
    });
    answer = await response.text();
  } catch (error) {
    throw new ConnectorError(0, '', null, { cause: error });
  }
  const parsed = parse(answer);
  if (response.ok) return parsed;
  if (response.status === 401) tokens.forget(token);
  const code = trouble.safeParse(parsed).data?.error.code ?? '';
  throw new ConnectorError(response.status, code, retryAfter(response.headers.get('retry-after')));
}

function parse(answer: string): unknown {
  try {
    return JSON.parse(answer);
  } catch {
    return null;
  }
}

/** RFC 9110 §10.2.3, in seconds; Microsoft gives no dates. */
function retryAfter(header: string | null): number | null {
  return header !== null && /^\d{1,5}$/u.test(header) ? Number(header) * 1_000 : null;
}
