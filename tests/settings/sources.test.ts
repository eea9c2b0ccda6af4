import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConfigError, readConfig } from '../../src/config.js';
import type { SourceSetting } from '../../src/settings/sources.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dmarc-ops-sources-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** The sources of a YAML file and further variables. */
async function sourcesOf(
  yaml: string,
  environment: Record<string, string> = {},
): Promise<readonly SourceSetting[]> {
  const path = join(folder, 'sources.yaml');
  await writeFile(path, yaml);
  return readConfig({ SOURCES: path, ...environment }).sources;
}

async function problemsOf(
  yaml: string,
  environment: Record<string, string> = {},
): Promise<readonly string[]> {
  try {
    await sourcesOf(yaml, environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

/** The secret of the first source. */
async function secretOf([source]: readonly SourceSetting[]): Promise<string> {
  if (source?.kind !== 'imap') throw new Error('no mailbox');
  return source.secret.read();
}

describe('a list of sources', () => {
  it('holds mailboxes and folders of several tenants', async () => {
    const sources = await sourcesOf(
      `
- { name: main, kind: imap, host: imap.example.com, user: reports@example.com, password: { env: MAIN_PASSWORD },
    poll: 5m, done: Archive }
- { name: other, kind: imap, tenant: other, host: 192.0.2.1, port: 1143, security: starttls, user: x,
    token: { file: token } }
- { name: drop, kind: folder, path: incoming }
- { name: box, kind: maildir, path: /var/mail/box, done: folder }
- { name: spool, kind: mbox, path: /var/mail/reports, poll: 30s }
`,
      { MAIN_PASSWORD: 'hunter2' },
    );

    expect(sources).toMatchObject([
      {
        name: 'main',
        kind: 'imap',
        tenant: 'default',
        security: 'tls',
        port: null,
        pollMs: 300_000,
        done: 'Archive',
      },
      { name: 'other', kind: 'imap', tenant: 'other', security: 'starttls', port: 1143, pollMs: null },
      { name: 'drop', kind: 'folder', path: join(folder, 'incoming') },
      { name: 'box', kind: 'maildir', done: 'folder' },
      { name: 'spool', kind: 'mbox', pollMs: 30_000 },
    ]);
    expect(await secretOf(sources)).toBe('hunter2');
    expect(JSON.stringify(sources)).not.toContain('hunter2');
  });

  it('reads a secret from its file each time, so that it can be changed', async () => {
    const path = join(folder, 'secret');
    await writeFile(path, 'first\n');
    const sources = await sourcesOf(
      `- { name: main, kind: imap, host: h, user: u, password: { file: secret } }`,
    );

    expect(await secretOf(sources)).toBe('first');
    await writeFile(path, ' second ');
    expect(await secretOf(sources)).toBe(' second ');
  });

  it('names every problem at once, with the entry it is in, and no secret', async () => {
    const problems = await problemsOf(`
- { name: main, kind: imap, host: imap.example.com, user: me, password: hunter2 }
- { name: main, kind: folder, path: a }
- { name: main, kind: folder, path: b }
- { name: 7up, kind: folder, path: b, poll: never }
- { name: x, kind: ftp }
- { name: y, kind: folder, pth: c }
- { name: z, kind: imap, host: h, user: u }
- { name: w, kind: imap, host: h, user: u, password: { env: NOT_THERE } }
- 7
`);

    expect(problems).toEqual([
      'SOURCES, entry 1 (main), password must be { env: NAME } or { file: PATH }: the secret itself does not belong here.',
      'SOURCES, entry 4 (7up), name must be up to 60 letters, digits, dots and dashes that begin with a letter.',
      'SOURCES, entry 4 (7up), poll must be a time such as 30s, 15m or 1h, from 1s to 24h.',
      'SOURCES, entry 5 (x), kind must be imap, folder, maildir or mbox.',
      'SOURCES, entry 6 (y), path is missing; it must be a text.',
      'SOURCES, entry 6 (y), has no setting pth.',
      'SOURCES, entry 7 (z), needs either password or token, the token for OAuth2.',
      'SOURCES, entry 8 (w), password: the variable NOT_THERE is not set.',
      'SOURCES, entry 9, must be a source: name, kind and what the kind needs.',
      'SOURCES and the variables beside it name main twice; give each source its own name.',
    ]);
  });

  it.each([
    ['is not there', null, /names the file .*gone\.yaml, which does not exist\./u],
    ['is no list', 'name: main', /must hold a list/u],
    ['is no YAML', '- a: [1\n- b', /is no YAML \(line \d\)\./u],
  ])('that %s is a problem of SOURCES', async (_what, yaml, sentence) => {
    const problems = await problemsOf(
      yaml ?? '',
      yaml === null ? { SOURCES: join(folder, 'gone.yaml') } : {},
    );

    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(sentence);
  });
});

describe('single variables', () => {
  it('make one mailbox, with its user and folder in the address', async () => {
    const { sources } = readConfig({
      IMAP_URL: 'imaps://reports%40example.com@imap.example.com/DMARC/in',
      IMAP_PASSWORD: 'hunter2',
    });

    expect(sources).toMatchObject([
      {
        name: 'mailbox',
        kind: 'imap',
        host: 'imap.example.com',
        port: null,
        security: 'tls',
        folder: 'DMARC/in',
      },
    ]);
    expect(sources[0]).toMatchObject({ user: 'reports@example.com', tenant: 'default' });
    expect(await secretOf(sources)).toBe('hunter2');
  });

  it('make one watched folder', () => {
    expect(readConfig({ WATCH_FOLDER: '/srv/in' }).sources).toMatchObject([
      { name: 'folder', kind: 'folder', path: '/srv/in' },
    ]);
  });

  it.each([
    [
      'a password in the address',
      { IMAP_URL: 'imaps://me:hunter2@mail.example.com' },
      'must not hold the password',
    ],
    ['no user', { IMAP_URL: 'imaps://mail.example.com', IMAP_PASSWORD: 'x' }, 'must be an address such as'],
    [
      'another protocol',
      { IMAP_URL: 'https://me@mail.example.com', IMAP_PASSWORD: 'x' },
      'must be an address',
    ],
    ['no password', { IMAP_URL: 'imaps://me@mail.example.com' }, 'needs one of IMAP_PASSWORD'],
    [
      'two passwords',
      { IMAP_URL: 'imaps://me@mail.example.com', IMAP_PASSWORD: 'x', IMAP_PASSWORD_FILE: 'y' },
      'needs one of IMAP_PASSWORD',
    ],
  ])('with %s are a problem', async (_what, environment, sentence) => {
    const problems = await problemsOf('[]', environment);

    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(sentence);
    expect(problems[0]).not.toContain('hunter2');
  });
});
