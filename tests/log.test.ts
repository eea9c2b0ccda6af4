import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { LogLevel } from '../src/config.js';
import type { Log } from '../src/core/ingest/context.js';
import { ExpectedError } from '../src/core/expected-error.js';
import { createLog } from '../src/log.js';

interface Line {
  readonly [name: string]: unknown;
}

/** What a log writes at a level, as text and as objects. */
function logged(level: LogLevel, say: (log: Log) => void): { text: string; lines: Line[] } {
  const chunks: string[] = [];
  const destination = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk.toString());
      done();
    },
  });
  say(createLog(level, { destination }));
  const text = chunks.join('');
  const lines = text.split('\n').filter((line) => line !== '');
  return { text, lines: lines.map((line) => JSON.parse(line) as Line) };
}

describe('createLog', () => {
  it('writes one JSON object a line, whatever is in the text', () => {
    const { lines } = logged('info', (log) => log.warn('one\n{"level":"info"}', { name: 'a\nb' }));

    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({ level: 'warn', message: 'one\n{"level":"info"}', name: 'a\nb' });
    expect(Date.parse(String(lines[0]?.['time']))).not.toBeNaN();
  });

  it('hides keys, tokens and codes of ours, wherever they stand', () => {
    const secrets = ['dmo_', 'dmr_', 'dms_'].map((prefix) => `${prefix}${'aB3-_x'.repeat(8)}`);
    const { text } = logged('debug', (log) =>
      log.warn(`no ${secrets.join(' ')}`, { given: secrets, error: new Error(`no ${secrets.join(',')}`) }),
    );

    expect(text).toContain('dmo_[hidden]');
    expect(text).not.toContain('aB3-_x');
  });

  it('says nothing below its level', () => {
    const { lines } = logged('warn', (log) => {
      log.info('quiet');
      log.error('loud');
    });

    expect(lines.map((line) => line['message'])).toEqual(['loud']);
  });

  it('puts the facts of a child on all of its lines, and on those of its children', () => {
    const { lines } = logged('info', (log) => {
      const job = log.child({ request: 'r1' }).child({ job: 'j1' });
      job.info('done', { documents: 2 });
      log.info('apart');
    });

    expect(lines[0]).toMatchObject({ request: 'r1', job: 'j1', documents: 2 });
    expect(lines[1]).not.toHaveProperty('request');
  });

  it('tells errors by code and message, and where they come from at debug level alone', () => {
    const error = new ExpectedError('database-gone', 'Gone.', { cause: new Error('ECONNREFUSED') });

    const usual = logged('info', (log) => log.error('failed', { error }));
    const debug = logged('debug', (log) => log.error('failed', { error }));

    expect(usual.lines[0]?.['error']).toEqual({
      name: 'ExpectedError',
      code: 'database-gone',
      message: 'Gone.',
      cause: { message: 'ECONNREFUSED' },
    });
    expect(debug.lines[0]?.['error']).toHaveProperty('stack');
  });

  it('shows no more of an error than that, as others may carry secrets', () => {
    const error = Object.assign(new Error('failed'), {
      detail: 'Key (hash)=(hunter2)',
      config: { auth: 'hunter2' },
    });

    expect(logged('debug', (log) => log.error('failed', { error })).text).not.toContain('hunter2');
  });

  const token = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJodW50ZXIyIn0.aHVudGVyMg';
  it.each([
    ['a password', { password: 'hunter2' }],
    ['a password within', { mailbox: { auth: { pass: 'hunter2' } } }],
    ['a password in a list', { mailboxes: [{ imapPassword: 'hunter2' }] }],
    ['a token by name', { accessToken: 'hunter2', refresh_token: 'hunter2' }],
    ['an API key', { apiKey: 'hunter2', 'x-api-key': 'hunter2' }],
    ['headers', { headers: { authorization: 'Bearer hunter2', cookie: 'session=hunter2' } }],
    ['a secret list', { secrets: ['hunter2'] }],
    ['a user and password in an address', { url: 'postgres://hunter2:hunter2@db.example.com/reports' }],
    ['a password with @ in an address', { url: 'imaps://me:hunter2@hunter2@mail.example.com/INBOX' }],
    ['a URL', { url: new URL('https://hunter2:hunter2@example.com/') }],
    ['a header in a text', { line: 'Authorization: Bearer hunter2hunter2' }],
    ['a named secret in a text', { query: '/v1/x?access_token=hunter2&limit=1' }],
    ['a token in a text', { line: `got ${token} there` }],
    ['a mail address', { to: '<hunter2@example.com>' }],
    ['a tagged mail address', { text: 'mail from hunter2+dmarc@example.com was refused' }],
    ['a quoted mail address', { text: 'mail from "mr hunter2"@example.com' }],
    ['a mail address in other letters', { text: 'von hunter2ü@exämple.com' }],
    ['a mail address in an error', { error: new Error('hunter2@example.com has no rights') }],
    ['a mail address in a map within', { a: { b: { c: 'hunter2@example.com' } } }],
  ])('never shows %s', (_what, facts) => {
    const { text } = logged('debug', (log) => {
      log.error('something', facts);
      log.child(facts).info('more');
    });

    expect(text).not.toContain('hunter2');
    expect(text).not.toContain(token.split('.')[1]);
  });

  it('keeps the domain of an address, and ids of secrets', () => {
    const { lines } = logged('info', (log) =>
      log.info('signed in as ann@example.com', { tokenId: 'k_1', place: 'imaps://ann@mail.example.com' }),
    );

    expect(lines[0]).toMatchObject({
      message: 'signed in as …@example.com',
      tokenId: 'k_1',
      place: 'imaps://…@mail.example.com',
    });
  });

  it('is quick with long texts, deep facts and lists, and does not show them whole', () => {
    const deep: Record<string, unknown> = {};
    deep['self'] = deep;
    const started = performance.now();

    const { text } = logged('info', (log) =>
      log.info('x'.repeat(1_000_000), {
        long: `${'a'.repeat(1_000_000)}@`,
        deep,
        list: Array.from({ length: 9_999 }),
      }),
    );

    expect(text.length).toBeLessThan(10_000);
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});
