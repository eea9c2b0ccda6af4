import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { fromSecretFile, fromVariable, type Environment } from './source-secrets.js';
import type { SourceSetting } from './sources.js';

/** The tenant of whoever has not set up others. */
export const ONLY_TENANT = 'default';
const SHORTEST_POLL_MS = 1_000;
const LONGEST_POLL_MS = 24 * 3_600_000;
const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000 };

const name = z
  .string('must be a name')
  .regex(
    /^[a-z][\w.-]{0,59}$/iu,
    'must be up to 60 letters, digits, dots and dashes that begin with a letter',
  );
const text = z.string('must be a text').trim().min(1, 'must not be empty').max(1_000, 'is too long');
const poll = z
  .string('must be a time such as 30s, 15m or 1h')
  .transform((written, context) => {
    const milliseconds = durationOf(written);
    if (milliseconds === null)
      context.addIssue({ code: 'custom', message: 'must be a time such as 30s, 15m or 1h, from 1s to 24h' });
    return milliseconds ?? z.NEVER;
  })
  .optional();
const SECRET_FORM = 'must be { env: NAME } or { file: PATH }: the secret itself does not belong here';
const secret = z
  .union([z.strictObject({ env: text }), z.strictObject({ file: text })], SECRET_FORM)
  .optional();
const common = { name, tenant: text.max(100, 'is too long').default(ONLY_TENANT), poll };
const files = { ...common, path: text };

const entry = z.discriminatedUnion(
  'kind',
  [
    z.strictObject({ kind: z.literal('folder'), ...files }),
    z.strictObject({
      kind: z.literal('maildir'),
      ...files,
      done: z.enum(['seen', 'folder'], 'must be seen or folder').default('seen'),
    }),
    z.strictObject({ kind: z.literal('mbox'), ...files }),
    z.strictObject({
      kind: z.literal('imap'),
      ...common,
      host: text,
      port: z.int('must be a port').min(1, 'must be a port').max(65_535, 'must be a port').optional(),
      security: z.enum(['tls', 'starttls', 'none'], 'must be tls, starttls or none').default('tls'),
      user: text,
      password: secret,
      token: secret,
      ca: text.optional(),
      folder: text.optional(),
      done: text.optional(),
      failed: text.optional(),
    }),
  ],
  'must be imap, folder, maildir or mbox',
);
type Entry = z.output<typeof entry>;

/** The sources of the file that SOURCES names; a sentence for each problem is added. */
export function fromListFile(environment: Environment, problems: string[]): SourceSetting[] {
  const path = environment.get('SOURCES');
  if (path === undefined) return [];
  const list = readList(path);
  if (typeof list === 'string') {
    problems.push(`SOURCES ${list}`);
    return [];
  }
  return list.flatMap((given: unknown, index) => {
    const parsed = entry.safeParse(given);
    const where = `SOURCES, entry ${index + 1}${nameIn(given)},`;
    if (!parsed.success) {
      problems.push(...parsed.error.issues.map((issue) => `${where} ${sentenceOf(issue)}.`));
      return [];
    }
    const setting = settingOf(parsed.data, dirname(path), environment);
    if (typeof setting !== 'string') return [setting];
    problems.push(`${where} ${setting}`);
    return [];
  });
}

/** The list in a YAML file, or what is wrong with it. */
function readList(path: string): readonly unknown[] | string {
  let written: string;
  try {
    written = readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return `names the file ${path}, which ${code === 'ENOENT' ? 'does not exist' : 'cannot be read'}.`;
  }
  try {
    // Loaded where it is needed: most command lines name no file.
    const yaml = createRequire(import.meta.url)('yaml') as { readonly parse: (text: string) => unknown };
    const list = yaml.parse(written);
    return Array.isArray(list)
      ? list
      : `names ${path}, which must hold a list: each source begins with a dash.`;
  } catch (error) {
    const { linePos } = error as { readonly linePos?: readonly { readonly line: number }[] };
    const line = linePos?.[0]?.line;
    return `names ${path}, which is no YAML${line === undefined ? '' : ` (line ${line})`}.`;
  }
}

function nameIn(given: unknown): string {
  const own = (given as { readonly name?: unknown } | null)?.name;
  return typeof own === 'string' ? ` (${own.slice(0, 60)})` : '';
}

function sentenceOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys') return `has no setting ${issue.keys.join(', ')}`;
  const at = issue.path.join('.');
  if (at === '') return 'must be a source: name, kind and what the kind needs';
  const isMissing = issue.code === 'invalid_type' && issue.input === undefined;
  return `${at} ${isMissing ? `is missing; it ${issue.message}` : issue.message}`;
}

/** The setting that an entry stands for; a sentence where its secret is not as it should be. */
function settingOf(given: Entry, folder: string, environment: Environment): SourceSetting | string {
  const shared = { name: given.name, tenant: given.tenant, pollMs: given.poll ?? null };
  if (given.kind !== 'imap')
    return {
      ...shared,
      kind: given.kind,
      path: resolve(folder, given.path),
      done: given.kind === 'maildir' ? given.done : 'seen',
    };
  const { password, token } = given;
  const wanted = password ?? token;
  if (wanted === undefined || (password !== undefined && token !== undefined))
    return 'needs either password or token, the token for OAuth2.';
  const kind = password === undefined ? 'token' : 'password';
  if ('env' in wanted && !environment.has(wanted.env))
    return `${kind}: the variable ${wanted.env} is not set.`;
  return {
    ...shared,
    kind: 'imap',
    host: given.host,
    port: given.port ?? null,
    security: given.security,
    user: given.user,
    secret:
      'env' in wanted
        ? fromVariable(kind, wanted.env, environment)
        : fromSecretFile(kind, resolve(folder, wanted.file)),
    caFile: given.ca === undefined ? null : resolve(folder, given.ca),
    folder: given.folder ?? null,
    done: given.done ?? null,
    failed: given.failed ?? null,
  };
}

/** Milliseconds of `30s`, `15m` or `1h`; null for what is none, or too short or long to be meant. */
function durationOf(written: string): number | null {
  const [, amount, unit = ''] = /^(\d{1,6}) ?([smh])$/iu.exec(written.trim()) ?? [];
  const milliseconds = Number(amount) * (UNITS[unit.toLowerCase()] ?? Number.NaN);
  return milliseconds >= SHORTEST_POLL_MS && milliseconds <= LONGEST_POLL_MS ? milliseconds : null;
}
