import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COMMANDS } from '../../../src/bot/registry.js';
import { chatOn } from '../../../src/cli/chat.js';
import { operationVerbs } from '../../../src/cli/operations.js';
import { linkCode } from '../../../src/core/operations/chat/link-code.js';
import type { Context } from '../../../src/core/operations/operation.js';
import { perform } from '../../../src/core/operations/perform.js';
import { userCreate } from '../../../src/core/operations/users.js';
import { testChat } from '../../support/chat.js';
import { testSystem, type TestSystem } from '../../support/context.js';
import { reportXml } from '../../support/reports.js';
import { takeIn } from '../../support/samples.js';

/** Commands about a place, an account or a file, asked at the terminal of a store with reports. */
let system: TestSystem;
let context: Context;
let folder: string;
let tenants = 0;

beforeAll(async () => {
  system = await testSystem();
  folder = await mkdtemp(join(tmpdir(), 'terminal-'));
  context = await freshContext();
});
afterAll(async () => {
  await system.close();
  await rm(folder, { recursive: true, force: true });
});

/** A tenant of its own with two domains. */
async function freshContext(): Promise<Context> {
  const fresh = await system.context(`terminal ${(tenants += 1)}`);
  await takeIn(
    fresh,
    reportXml({ domain: 'example.com', records: [{ count: 40 }] }),
    reportXml({ domain: 'example.org', reportId: 'r-2', records: [{ count: 500 }] }),
  );
  return fresh;
}

/** What the terminal chat writes for a script. */
async function type(script: string, at: Context = context): Promise<string> {
  const output = new PassThrough();
  const written: Buffer[] = [];
  output.on('data', (chunk: Buffer) => written.push(chunk));
  const io = { input: Readable.from([script]), output, errors: new PassThrough() };
  await chatOn(io, at, true);
  return Buffer.concat(written).toString().replaceAll(/\s+/gu, ' ');
}

/** A verb of the command line: what it writes, and its exit code. */
async function verb(name: string, words: readonly string[], at: Context = context) {
  const output = new PassThrough();
  const written: Buffer[] = [];
  output.on('data', (chunk: Buffer) => written.push(chunk));
  const opened = { context: at, close: () => Promise.resolve() };
  const found = operationVerbs(
    COMMANDS,
    () => Promise.resolve(opened),
    () => true,
  ).find((one) => one.name === name);
  const io = { input: Readable.from(['']), output, errors: new PassThrough() };
  const loaded = await found?.load();
  const code = await loaded?.run(words, io);
  return { code, text: Buffer.concat(written).toString().replaceAll(/\s+/gu, ' ') };
}

async function reportFile(name: string, domain: string, count: number): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, gzipSync(reportXml({ domain, reportId: name, records: [{ count }] })));
  return file;
}

describe('upload at the terminal', () => {
  it('takes the files that its words or path: name, and tells what was in them, though no service runs', async () => {
    const first = await reportFile('first.xml.gz', 'example.net', 7);
    const second = await reportFile('with space.xml.gz', 'example.net', 5);

    const text = await type(`upload ${first} path:"${second}"\nsummary example.net 30d`);

    expect(text).toContain('Upload of 2 files');
    expect(text).toContain('2 aggregate reports with 12 messages taken in.');
    expect(text).toContain('All 12 messages pass.');
  });

  it('says which file is not there, and that ingest takes folders', async () => {
    const text = await type(`upload ${join(folder, 'missing.xml')}\nupload ${folder}\nupload`);

    expect(text).toContain('Nothing was taken: There is no file');
    expect(text).toContain('is a folder: ingest takes whole folders.');
    expect(text).toContain('at a terminal name them: upload report.xml.gz');
  });

  it('does the same as a verb, whose exit code says when not all was taken', async () => {
    const file = await reportFile('verb.xml.gz', 'example.net', 3);

    const taken = await verb('upload', [file]);
    const missing = await verb('upload', ['--path', join(folder, 'missing.xml')]);

    expect(taken).toMatchObject({ code: 0, text: expect.stringContaining('with 3 messages taken in.') });
    expect(missing).toMatchObject({ code: 1, text: expect.stringContaining('There is no file') });
  });

  it('is no way to name files of the machine from a chat platform', async () => {
    const file = await reportFile('secret.xml.gz', 'example.net', 9);
    const chat = testChat(context);
    try {
      await perform(userCreate, context, { email: 'eve@example.com', role: 'admin', name: 'Eve' });
      const { code } = await perform(linkCode, context, { email: 'eve@example.com', binds: true });
      await chat.ask(`link ${code}`, { person: 'EVE' });

      const byWord = await chat.card(`upload ${file}`, { person: 'EVE' });
      const byOption = await chat.card(`upload path:${file}`, { person: 'EVE' });

      expect(byWord.verdict).toContain('one word too many');
      expect(byOption.verdict).toBe('upload takes no options.');
    } finally {
      await chat.bot.stop(1_000);
    }
  });
});

describe('settings at the terminal', () => {
  it('are those of the terminal: domain, zone and dates hold for what is asked next, there and as verbs', async () => {
    const own = await freshContext();
    const before = await type('settings', own);

    const text = await type(
      'settings-set domain:example.com zone:Asia/Tokyo dates:day-first\nsummary 30d\nstatus\nsummary all 30d',
      own,
    );
    const asVerb = await verb('summary', ['30d'], own);
    const all = await verb('summary', ['all', '30d'], own);

    expect(before).toContain('about all domains; times are those of UTC');
    expect(text).toContain('Summary of example.com');
    expect(text).toContain('+09:00');
    expect(text).toContain('Summary of all domains');
    expect(asVerb.text).toContain('Summary of example.com');
    expect(all.text).toContain('Summary of all domains');
  });

  it('hold for the terminal of their tenant alone', async () => {
    const [own, other] = [await freshContext(), await freshContext()];

    await type('settings-set domain:example.com', own);

    expect(await type('summary 30d', own)).toContain('Summary of example.com');
    expect(await type('summary 30d', other)).toContain('Summary of all domains');
  });
});

describe('share at the terminal', () => {
  it('before a command answers it, and alone says who sees the answers', async () => {
    const text = await type('share summary example.org 30d\nshare');

    expect(text).toContain('Summary of example.org');
    expect(text).toContain('Whoever sees this terminal sees every answer');
  });
});

describe('link and unlink at the terminal', () => {
  it('tell the local operator that nobody has to be linked there, and use no code up', async () => {
    await perform(userCreate, context, { email: 'ada@example.com', role: 'viewer', name: 'Ada' });
    const { code } = await perform(linkCode, context, { email: 'ada@example.com', binds: true });

    const text = await type(`link ${code}\nunlink\nwhoami\nworkspaces`);

    expect(text).toContain('No link needed');
    expect(text).toContain('No link to end');
    expect(text).toContain('as the local operator: whoever has the shell is admin');
    const chat = testChat(context);
    try {
      expect((await chat.card(`link ${code}`, { workspace: 'T9', person: 'ADA' })).title).toBe('Linked');
    } finally {
      await chat.bot.stop(1_000);
    }
  });
});
