import { z } from 'zod';
import {
  TEAMS_AUTHORITY,
  TEAMS_FILE_HOSTS,
  TEAMS_OPENID,
  TEAMS_SERVICE_URLS,
  type TeamsSettings,
} from '../bot/teams/settings.js';
import { onOrOff } from './on-or-off.js';

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);
/** https://learn.microsoft.com/entra/identity-platform/quickstart-register-app: ids are GUIDs. */
const ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/iu;
/** A name, or `.example.com` for all below it; a port may follow. */
const HOST = /^\.?[a-z0-9-]+(?:\.[a-z0-9-]+)*(?::\d{1,5})?$/iu;

/** Secrets and tokens go over TLS, but for this machine itself. */
function isSafe(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.has(url.hostname));
}

function address(otherwise: string) {
  return z
    .string()
    .transform((text, context) => {
      if (isSafe(text)) return text.replace(/\/+$/u, '');
      context.addIssue({ code: 'custom', message: `must be an https address such as ${otherwise}` });
      return z.NEVER;
    })
    .default(otherwise);
}

function list(otherwise: readonly string[], isRight: (text: string) => boolean, form: string) {
  return z
    .string()
    .transform((text, context): readonly string[] => {
      const given = text
        .split(',')
        .map((one) => one.trim().replace(/\/+$/u, ''))
        .filter(Boolean);
      const wrong = given.find((one) => !isRight(one));
      if (wrong === undefined && given.length > 0) return given;
      context.addIssue({ code: 'custom', message: `must be ${form}, with commas between them` });
      return z.NEVER;
    })
    .default(otherwise);
}

/** One for each variable: what is told of a field stands with the field itself. */
function id() {
  return z
    .string()
    .regex(ID, 'must be an id such as 00000000-0000-0000-0000-000000000000')
    .transform((text) => text.toLowerCase())
    .nullable()
    .default(null);
}

/** The variables of Microsoft Teams, by name. */
export const TEAMS_VARIABLES = {
  MICROSOFT_APP_ID: {
    field: id(),
    meaning: 'Application id of the Teams bot: see docs/install-teams.md',
    otherwise: 'no Teams',
  },
  MICROSOFT_APP_PASSWORD: {
    field: z
      .string()
      .regex(/^\S+$/u, 'must be the value of a client secret, which has no blanks in it')
      .nullable()
      .default(null),
    meaning: 'Client secret of the Teams bot',
    otherwise: 'no Teams',
  },
  MICROSOFT_APP_TENANT_ID: {
    field: id(),
    meaning: 'Microsoft tenant of the Teams bot, which serves that one alone',
    otherwise: 'no Teams',
  },
  TEAMS_TARGETED_MESSAGES: {
    field: onOrOff(false),
    meaning: 'Whether answers to one person stay in the channel as messages that only they see',
    otherwise: 'off: they come in the personal chat',
  },
  TEAMS_OPENID_URL: {
    field: address(TEAMS_OPENID),
    meaning: 'Where the keys are described that Microsoft signs with',
    otherwise: TEAMS_OPENID,
  },
  TEAMS_AUTHORITY_URL: {
    field: address(TEAMS_AUTHORITY),
    meaning: 'Where the bot gets its tokens',
    otherwise: TEAMS_AUTHORITY,
  },
  TEAMS_SERVICE_URLS: {
    field: list(TEAMS_SERVICE_URLS, isSafe, 'https addresses such as https://smba.trafficmanager.net'),
    meaning: 'Bot Connectors that are answered; the token goes to no others',
    otherwise: 'those of the public cloud and GCC',
  },
  TEAMS_FILE_HOSTS: {
    field: list(TEAMS_FILE_HOSTS, (text) => HOST.test(text), 'hosts such as .sharepoint.com'),
    meaning: 'Hosts that dropped files are fetched from',
    otherwise: TEAMS_FILE_HOSTS.join(', '),
  },
} as const;

/** What the variables gave, by name. */
type Given = {
  readonly [Name in keyof typeof TEAMS_VARIABLES]: z.output<(typeof TEAMS_VARIABLES)[Name]['field']>;
};

/** The settings of Microsoft Teams from the variables, which were read; null where it is not set up. */
export function teamsSettings(given: Given): TeamsSettings | null {
  const {
    MICROSOFT_APP_ID: appId,
    MICROSOFT_APP_PASSWORD: password,
    MICROSOFT_APP_TENANT_ID: tenantId,
  } = given;
  if (appId === null || password === null || tenantId === null) return null;
  return {
    appId,
    password,
    tenantId,
    openIdUrl: given.TEAMS_OPENID_URL,
    authority: given.TEAMS_AUTHORITY_URL,
    serviceUrls: given.TEAMS_SERVICE_URLS,
    fileHosts: given.TEAMS_FILE_HOSTS,
    targeted: given.TEAMS_TARGETED_MESSAGES,
  };
}
