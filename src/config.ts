import { z } from 'zod';
import { nearest } from './core/analysis/nearest.js';
import { DEFAULT_CONNECTIONS, LEAST_CONNECTIONS, MOST_CONNECTIONS } from './core/store/connections.js';
import type { Limits } from './core/report/limits.js';
import type { ApiSettings } from './api/settings.js';
import { API_VARIABLES, apiSettings } from './settings/api.js';
import { CHAT_VARIABLES, chatSettings, missingOf, type ChatSettings } from './settings/chat.js';
import type { EmailSettings } from './bot/email/settings.js';
import type { WebhookSettings } from './bot/webhook/settings.js';
import { EMAIL_VARIABLES, readEmail } from './settings/email.js';
import { onOrOff, SWITCH } from './settings/on-or-off.js';
import { LIMIT_SETTINGS, limitForm, parseLimit } from './settings/limits.js';
import { readSources, type SourceSetting } from './settings/sources.js';
import { WEBHOOK_VARIABLES, webhookSettings } from './settings/webhook.js';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Everything that can be set from outside, checked. */
export interface Config {
  /** null: the embedded database. */
  readonly databaseUrl: string | null;
  /** For migrations, where the role of `databaseUrl` may not make tables; null: that role does both. */
  readonly databaseOwnerUrl: string | null;
  /** Most connections of this process to the database at once. */
  readonly databaseConnections: number;
  /** Folder of the embedded database and of whatever else is kept. */
  readonly dataDir: string;
  readonly logLevel: LogLevel;
  /** Whether domains that reports bring are claimed at once. */
  readonly autoClaim: boolean;
  /** Whether the mail in failure reports is kept as it came; else its redacted form replaces it. */
  readonly keepFailureMail: boolean;
  /** How often a document that could not be stored is tried again before it is a dead letter. */
  readonly retries: number;
  readonly limits: Limits;
  /** What brings reports by itself. */
  readonly sources: readonly SourceSetting[];
  readonly api: ApiSettings;
  readonly chat: ChatSettings;
  /** Outgoing mail; null where no server is set. */
  readonly email: EmailSettings | null;
  /** Which webhooks may be called. */
  readonly webhooks: WebhookSettings;
  /** Variables without which a chat platform is off, and which are not set. */
  readonly chatMissing: Readonly<Record<keyof ChatSettings, readonly string[]>>;
  /** Colour in a terminal was declined (no-color.org). */
  readonly noColour: boolean;
}

/** Settings that cannot be used: one sentence each, by variable name, never with the value of a secret. */
export class ConfigError extends Error {
  readonly code = 'config';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

/** Names that begin so are ours: one that is not known is a typo. */
const OWN_PREFIX = 'DMARC_';
const DEBUG = 'DMARC_OPS_DEBUG';

/** What the README says of a variable. */
interface Told {
  readonly meaning: string;
  /** Default, or what it is when not set. */
  readonly otherwise: string;
}

const told = z.registry<Told>();

const databaseUrl = z
  .string()
  .refine(isPostgresUrl, 'must be a PostgreSQL address such as postgres://user:password@host:5432/database')
  .optional();

const limitFields = LIMIT_SETTINGS.map(({ key, variable, summary, defaultText }) => {
  const field = z
    .string()
    .transform((text, context) => {
      const value = parseLimit(key, text);
      if (value === null)
        context.addIssue({ code: 'custom', message: `must be ${limitForm(key)}, not "${text}"` });
      return value ?? z.NEVER;
    })
    .default(() => parseLimit(key, defaultText) ?? 0)
    .register(told, { meaning: summary, otherwise: defaultText });
  return [variable, field] as const;
});

/** The fields of variables that another file tells of. */
function fieldsOf<Of extends Readonly<Record<string, Told & { readonly field: z.ZodType }>>>(variables: Of) {
  for (const { field, meaning, otherwise } of Object.values(variables))
    field.register(told, { meaning, otherwise });
  return Object.fromEntries(Object.entries(variables).map(([name, { field }]) => [name, field])) as {
    readonly [Name in keyof Of]: Of[Name]['field'];
  };
}

/** A variable whose value is looked at elsewhere. */
function named(meaning: string, otherwise: string) {
  return z.string().optional().register(told, { meaning, otherwise });
}

const schema = z.object({
  DATABASE_URL: databaseUrl.register(told, {
    meaning: 'PostgreSQL 15 or newer to keep everything in',
    otherwise: 'an embedded PostgreSQL in DATA_DIR',
  }),
  DATABASE_OWNER_URL: databaseUrl.clone().register(told, {
    meaning: 'The same database as a role that may make tables, for migrations alone',
    otherwise: 'DATABASE_URL',
  }),
  DATABASE_CONNECTIONS: z
    .string()
    .default(String(DEFAULT_CONNECTIONS))
    .refine(
      (text) =>
        /^\d{1,4}$/u.test(text) && Number(text) >= LEAST_CONNECTIONS && Number(text) <= MOST_CONNECTIONS,
      `must be a whole number from ${LEAST_CONNECTIONS} to ${MOST_CONNECTIONS}`,
    )
    .transform(Number)
    .register(told, {
      meaning: 'Most connections of one process to the database at once',
      otherwise: String(DEFAULT_CONNECTIONS),
    }),
  DATA_DIR: z
    .string()
    .default('./data')
    .register(told, { meaning: 'Folder of the embedded PostgreSQL', otherwise: './data' }),
  LOG_LEVEL: z
    .string()
    .toLowerCase()
    .pipe(z.enum(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(', ')}`))
    .default('info')
    .register(told, { meaning: `Least important lines to log: ${LOG_LEVELS.join(', ')}`, otherwise: 'info' }),
  AUTO_CLAIM: onOrOff(true).register(told, {
    meaning: 'Claim domains as soon as a report brings them',
    otherwise: 'on',
  }),
  KEEP_FAILURE_MAIL: onOrOff(false).register(told, {
    meaning: 'Keep the mail in failure reports as it came, with the personal data in it',
    otherwise: 'off: its redacted form replaces it',
  }),
  TASK_RETRIES: z
    .string()
    .default('3')
    .refine((text) => /^\d{1,2}$/u.test(text), 'must be a whole number from 0 to 99')
    .transform(Number)
    .register(told, {
      meaning: 'How often a document that cannot be stored is tried again before it is a dead letter',
      otherwise: '3',
    }),
  SOURCES: named('YAML file that lists mailboxes and folders: see docs/sources.md', 'no list'),
  IMAP_URL: named('One mailbox, such as imaps://reports%40example.com@imap.example.com/INBOX', 'no mailbox'),
  IMAP_PASSWORD: named('Its password', 'one of the next two'),
  IMAP_PASSWORD_FILE: named('File with its password', 'one of both beside it'),
  IMAP_TOKEN_FILE: named('File with an OAuth2 access token for it', 'a password'),
  WATCH_FOLDER: named('Folder whose files are taken in as they come', 'no folder'),
  ...fieldsOf(API_VARIABLES),
  ...fieldsOf(CHAT_VARIABLES),
  ...fieldsOf(EMAIL_VARIABLES),
  ...fieldsOf(WEBHOOK_VARIABLES),
  ...Object.fromEntries(limitFields),
});

/**
 * The settings in an environment. Variables that are empty count as not set, as container tools pass them so.
 * Throws ConfigError with every problem at once.
 */
export function readConfig(environment: NodeJS.ProcessEnv = process.env): Config {
  const given = Object.entries(environment)
    .map(([name, value]) => [name, value?.trim() ?? ''] as const)
    .filter(([, value]) => value !== '');
  const values = new Map(given);
  const unknown = [...values.keys()]
    .filter((name) => name.startsWith(OWN_PREFIX) && !isKnown(name))
    .map(unknownName);
  const result = schema.safeParse(Object.fromEntries(given));
  const wrong = result.error?.issues.map(({ path, message }) => `${String(path[0])} ${message}.`) ?? [];
  const { sources, problems } = readSources(values);
  const mail = readEmail(values);
  const all = [...wrong, ...problems, ...mail.problems, ...unknown];
  if (!result.success || all.length > 0) throw new ConfigError(all);

  const {
    DATABASE_URL,
    DATABASE_OWNER_URL,
    DATABASE_CONNECTIONS,
    DATA_DIR,
    LOG_LEVEL,
    AUTO_CLAIM,
    KEEP_FAILURE_MAIL,
    TASK_RETRIES,
  } = result.data;
  const limits = result.data as unknown as Readonly<Record<string, number>>;
  return {
    databaseUrl: DATABASE_URL ?? null,
    databaseOwnerUrl: DATABASE_OWNER_URL ?? null,
    databaseConnections: DATABASE_CONNECTIONS,
    dataDir: DATA_DIR,
    logLevel: LOG_LEVEL,
    autoClaim: AUTO_CLAIM,
    keepFailureMail: KEEP_FAILURE_MAIL,
    retries: TASK_RETRIES,
    limits: Object.fromEntries(
      LIMIT_SETTINGS.map(({ key, variable }) => [key, limits[variable]]),
    ) as unknown as Limits,
    sources,
    api: apiSettings(result.data),
    chat: chatSettings(result.data),
    email: mail.email,
    webhooks: webhookSettings(result.data),
    chatMissing: {
      slack: missingOf('slack', (name) => values.has(name)),
      teams: missingOf('teams', (name) => values.has(name)),
      discord: missingOf('discord', (name) => values.has(name)),
    },
    noColour: values.has('NO_COLOR'),
  };
}

/** Whether stack traces of unexpected errors are wanted. Apart from readConfig, as it must work when that fails. */
export function debugWanted(environment: NodeJS.ProcessEnv = process.env): boolean {
  return SWITCH[environment[DEBUG]?.toLowerCase() ?? ''] ?? false;
}

/** The variables as a Markdown table for the README. */
export function configTable(): string {
  const rows = Object.entries(schema.shape).map(([name, field]) => {
    const { meaning, otherwise } = told.get(field) ?? { meaning: '', otherwise: '' };
    return `| \`${name}\` | ${meaning} | ${otherwise} |`;
  });
  return ['| Variable | Meaning | When not set |', '| --- | --- | --- |', ...rows].join('\n');
}

function isKnown(name: string): boolean {
  return name in schema.shape || name === DEBUG;
}

function unknownName(name: string): string {
  const [likely] = nearest(name, [...Object.keys(schema.shape), DEBUG], 1);
  return `${name} is not a setting.${likely === undefined ? '' : ` Did you mean ${likely}?`}`;
}

function isPostgresUrl(text: string): boolean {
  return /^postgres(?:ql)?:\/\/./u.test(text) && URL.canParse(text);
}
