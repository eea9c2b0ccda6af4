import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ChatFile } from '../../src/bot/platform.js';
import { processPending } from '../../src/core/ingest/process.js';
import { linkCode } from '../../src/core/operations/chat/link-code.js';
import { CHART_KINDS } from '../../src/core/operations/chart.js';
import type { Context } from '../../src/core/operations/operation.js';
import { perform } from '../../src/core/operations/perform.js';
import { userCreate } from '../../src/core/operations/users.js';
import { testChat, type TestChat } from '../support/chat.js';
import { testSystem, type TestSystem } from '../support/context.js';
import { reportXml } from '../support/reports.js';
import { takeIn } from '../support/samples.js';

/** Commands that only a chat asks, or that mean more there, on a store with reports. */
let system: TestSystem;
let admin: Context;
let chat: TestChat;
let people = 0;
const said = { workspace: 'T1', person: 'ADMIN' };

beforeAll(async () => {
  system = await testSystem();
  admin = await system.context('mine');
  // Reads what comes in as soon as it is there, as the workers of a process do.
  const wake = () => {
    void processPending(admin);
  };
  chat = testChat({ ...admin, wake });
  await takeIn(
    admin,
    reportXml({
      domain: 'example.com',
      records: [{ count: 40 }, { count: 2, dkim: 'fail', sourceIp: '203.0.113.9' }],
    }),
    reportXml({ domain: 'example.org', reportId: 'r-2', records: [{ count: 500 }] }),
  );
  await perform(userCreate, admin, { email: 'ada@example.com', role: 'admin', name: 'Ada' });
  const { code } = await perform(linkCode, admin, { email: 'ada@example.com', binds: true });
  await chat.ask(`link ${code}`, said);
});
afterAll(async () => {
  await chat.bot.stop(1_000);
  await system.close();
});

function file(name: string, bytes: Buffer): ChatFile {
  return {
    name,
    size: bytes.length,
    open: async function* () {
      await Promise.resolve();
      yield bytes;
    },
  };
}

describe('the default domain of a channel', () => {
  it('is meant where none is given, all asks for all, and buttons keep to what their card is about', async () => {
    const here = { ...said, channel: 'DOMAIN' };
    expect((await chat.card('settings-set domain:example.com', here)).verdict).toContain('about example.com');

    const meant = await chat.card('summary 30d', here);
    const all = await chat.card('summary all 30d', here);
    const other = await chat.card('summary example.org 30d', here);

    expect(meant.title).toBe('Summary of example.com');
    expect(meant.verdict).toContain('of 42 messages');
    expect(all.title).toBe('Summary of all domains');
    expect(other.title).toBe('Summary of example.org');
    const [period] = all.buttons.filter(({ label }) => label === '90 days');
    expect((await chat.card(period?.command ?? '', here)).title).toBe('Summary of all domains');
    expect((await chat.card('summary 30d', { ...said, channel: 'OTHER' })).title).toBe(
      'Summary of all domains',
    );
  });

  it('is offered with the others to choose from, and taken away again', async () => {
    const here = { ...said, channel: 'DOMAIN2' };
    await chat.card('settings-set domain:example.com', here);

    const { form } = await chat.card('settings', here);
    const values = form?.fields.find(({ name }) => name === 'domain');
    expect(values).toMatchObject({ value: 'example.com' });
    expect(values?.choices.map(({ value }) => value)).toEqual(['none', 'example.com', 'example.org']);

    expect((await chat.card('settings-set domain:none', here)).verdict).toContain('about all domains');
  });
});

describe('chart', () => {
  it.each(CHART_KINDS)('%s is mainly its chart, with the other charts beside it', async (kind) => {
    const card = await chat.card(`chart ${kind} example.com 30d`, said);

    expect(card.parts.map(({ type }) => type)).toEqual(['chart']);
    expect(card.verdict).toContain('42');
    expect(card.buttons.filter(({ command }) => command.startsWith('chart ')).length).toBeGreaterThan(3);
  });

  it('of a period without messages says so', async () => {
    const card = await chat.card('chart disposition example.com 2026-01', said);

    expect(card.verdict).toContain('No messages of example.com in this period');
  });
});

describe('export', () => {
  it.each([
    ['reports', '2 rows', /^report,domain,/u],
    ['records', '3 rows', /^report,domain,/u],
    ['sources', '2 rows', /^source,messages,/u],
  ])('%s brings a CSV file', async (kind, rows, header) => {
    const answer = await chat.ask(`export ${kind} 30d`, said);

    expect(answer.card.verdict).toContain(rows);
    expect(answer.file).toMatchObject({ type: 'text/csv', name: expect.stringMatching(/\.csv$/u) });
    expect(answer.file?.bytes.toString()).toMatch(header);
  });

  it('of another kind is told which there are', async () => {
    const answer = await chat.ask('export everything', said);

    expect(answer.card.verdict).toBe('kind is one of reports, records, sources.');
    expect(answer.file).toBeNull();
  });
});

describe('files that are dropped on the bot', () => {
  it('are taken in and answered with what was in them', async () => {
    const files = [
      file(
        'new.xml.gz',
        gzipSync(reportXml({ reportId: 'r-3', domain: 'example.net', records: [{ count: 7 }] })),
      ),
      file('notes.txt', Buffer.from('no report at all')),
    ];

    const { card } = await chat.ask('here is a report', { ...said, files });

    expect(card.title).toBe('Upload of 2 files');
    expect(card.verdict).toContain('1 aggregate report with 7 messages taken in.');
    expect((await chat.card('summary example.net 30d', said)).verdict).toContain('7 messages');
  });

  it('that came before count once', async () => {
    const again = reportXml({ domain: 'example.org', reportId: 'r-2', records: [{ count: 500 }] });

    const { card } = await chat.ask('', { ...said, files: [file('again.xml', Buffer.from(`${again}\n`))] });

    expect(card.verdict).toContain('1 report came before and counts once.');
  });

  it('are refused from viewers, and a command without a file says what to do', async () => {
    people += 1;
    const email = `viewer${people}@example.com`;
    await perform(userCreate, admin, { email, role: 'viewer' });
    const viewer = { workspace: 'T1', person: 'VIEWER', email };

    expect((await chat.card('', { ...viewer, files: [file('x.xml', Buffer.from('x'))] })).title).toBe(
      'Not allowed: upload',
    );
    expect((await chat.card('upload', said)).verdict).toContain('No file came with it');
  });
});
