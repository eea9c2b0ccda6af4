import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import PostalMime from 'postal-mime';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { emailLine, emailSpeaker } from '../../../src/bot/email/platform.js';
import type { EmailSettings } from '../../../src/bot/email/settings.js';
import type { MessageRef } from '../../../src/bot/platform.js';
import type { Log } from '../../../src/core/ingest/context.js';
import { freePort } from '../../support/free-port.js';
import { makeCertificate } from '../../support/certificate.js';
import { startFakeSmtp, type FakeSmtp, type FakeSmtpOptions } from '../../fakes/smtp/server.js';
import { acknowledged, alertCard, PICTURE, postOf } from '../support/one-way.js';

const NOW = new Date('2026-01-31T09:00:00Z');
const TO = { destination: { to: ['ada@example.org', 'bo@example.org'] }, secret: null };
const PASSWORD = 'p4ss-w0rd';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'dmarc-ops-smtp-'));
  makeCertificate(folder, 'valid');
});
afterAll(() => rmSync(folder, { recursive: true }));

let fake: FakeSmtp | null = null;
afterEach(async () => {
  await fake?.stop();
  fake = null;
});

async function server(options: Partial<FakeSmtpOptions> = {}): Promise<FakeSmtp> {
  fake = await startFakeSmtp({ security: 'starttls', folder, ...options });
  return fake;
}

interface Told {
  readonly level: string;
  readonly message: string;
  readonly facts: unknown;
}

function speaker(port: number, given: Partial<EmailSettings> = {}) {
  const told: Told[] = [];
  const tell = (level: string) => (message: string, facts: unknown) => told.push({ level, message, facts });
  const log: Log = { info: tell('info'), warn: tell('warn'), error: tell('error'), child: () => log };
  const settings: EmailSettings = {
    host: 'localhost',
    port,
    security: 'starttls',
    login: { user: 'ada', password: { read: () => Promise.resolve(PASSWORD), from: 'SMTP_PASSWORD' } },
    from: { name: 'dmarc-ops', address: 'alerts@example.com' },
    caFile: path.join(folder, 'cert.pem'),
    ...given,
  };
  const made = emailSpeaker(settings, { draw: () => Promise.resolve(PICTURE), log, now: () => NOW });
  const post: typeof made.post = (to, one) => made.post(to, one);
  return { post, told, settings };
}

async function thrown(work: Promise<unknown>): Promise<Error & { readonly cause?: Error }> {
  return work.then(
    () => new Error('nothing was thrown'),
    (error: unknown) => error as Error,
  ) as Promise<Error & { readonly cause?: Error }>;
}

async function parsed(smtp: FakeSmtp, at = 0) {
  const { raw = Buffer.of() } = smtp.mails[at] ?? {};
  const mail = await PostalMime.parse(new Uint8Array(raw));
  const header = (name: string) => mail.headers.filter(({ key }) => key === name).map(({ value }) => value);
  return { ...mail, header, raw: raw.toString() };
}

describe('a mail', () => {
  it('goes to all recipients at once, signed in and over TLS', async () => {
    const smtp = await server();
    smtp.rules.password = PASSWORD;

    await speaker(smtp.port).post(TO, postOf());

    expect(smtp.mails).toMatchObject([
      { from: 'alerts@example.com', to: TO.destination.to, user: 'ada', secure: true },
    ]);
  });

  it('goes over TLS from the first byte where that is set', async () => {
    const smtp = await server({ security: 'tls' });

    await speaker(smtp.port, { security: 'tls' }).post(TO, postOf());

    expect(smtp.mails).toMatchObject([{ secure: true }]);
  });

  it('goes in the clear only where that was said', async () => {
    const smtp = await server({ security: 'none' });

    await speaker(smtp.port, { security: 'none', login: null }).post(TO, postOf());

    expect(smtp.mails).toMatchObject([{ secure: false, user: null }]);
  });

  it('says state and number in its subject, and the same in text and HTML', async () => {
    const smtp = await server();

    await speaker(smtp.port).post(
      TO,
      postOf({ card: alertCard({ title: 'Alert 17: Spoofing of example.com' }) }),
    );

    const { subject, text = '', html = '' } = await parsed(smtp);
    expect(subject).toBe('[open] Alert 17: Spoofing of example.com');
    for (const said of [
      'Spoofing of example.com',
      '941 messages of 203.0.113.0/24 failed on 2026-01-30; 12 are usual.',
      'first seen 2026-01-29',
      'Tighten the policy to reject.',
      '/dmarc acknowledge 17',
      '/dmarc resolve 17 note:…',
    ]) {
      expect(text.replaceAll(/\s+/gu, ' ')).toContain(said);
      expect(html).toContain(said);
    }
  });

  it('holds the pictures of its charts, with words where pictures are blocked, and figures in the text', async () => {
    const smtp = await server();

    await speaker(smtp.port).post(TO, postOf());

    const { attachments, html = '', text = '' } = await parsed(smtp);
    expect(attachments).toMatchObject([
      { contentId: '<chart-1>', mimeType: 'image/png', disposition: 'inline' },
    ]);
    expect(Buffer.from(attachments[0]?.content as ArrayBuffer)).toEqual(PICTURE.png);
    expect(html).toMatch(/<img src="cid:chart-1"[^>]* alt="Failures rose from 12 to 941 on 2026-01-30\."/u);
    expect(html).not.toMatch(/https?:/u);
    expect(text).toMatch(/2026-01-30 +941/u);
  });

  it('is known for one of a machine, so that nobody is away to it', async () => {
    const smtp = await server();

    await speaker(smtp.port).post(TO, postOf());

    const { header } = await parsed(smtp);
    expect(header('auto-submitted')).toEqual(['auto-generated']);
    expect(header('list-id')).toEqual(['dmarc-ops <alert.dmarc-ops.example.com>']);
    expect(header('from')).toEqual(['"dmarc-ops" <alerts@example.com>']);
  });

  it('has the same id whenever it is tried, so that twice the same is one', async () => {
    const smtp = await server();
    const { post } = speaker(smtp.port);

    await post(TO, postOf());
    await post(TO, postOf());

    const ids = await Promise.all([0, 1].map(async (at) => (await parsed(smtp, at)).messageId));
    expect(ids).toEqual(['<alert-17.d5-v1@example.com>', '<alert-17.d5-v1@example.com>']);
  });
});

describe('a thread', () => {
  it('hangs on the first mail: every later one answers it', async () => {
    const smtp = await server();
    const { post } = speaker(smtp.port);

    let ref: MessageRef = await post(TO, postOf());
    ref = await post(TO, acknowledged(ref));
    await post(TO, { ...acknowledged(ref), version: 4, key: 'd5-v4' });

    const [first, second, third] = await Promise.all([0, 1, 2].map((at) => parsed(smtp, at)));
    expect(first).toMatchObject({ messageId: '<alert-17.d5-v1@example.com>' });
    expect(first?.inReplyTo).toBeUndefined();
    for (const later of [second, third])
      expect(later).toMatchObject({ inReplyTo: first?.messageId, references: first?.messageId });
    expect(second?.subject).toBe('[acknowledged] Alert 17: Spoofing of example.com');
    expect(second?.text?.replaceAll(/\s+/gu, ' ')).toContain(
      'acknowledged by Ada at 2026-01-31 08:15 UTC: we are on it',
    );
  });

  it('hangs on the id that a server gives in place of ours', async () => {
    const smtp = await server();
    smtp.rules.taken = '2.0.0 OK <AB12@XY.eurprd01.prod.outlook.com> [Hostname=x]';
    const { post } = speaker(smtp.port);

    const ref = await post(TO, postOf());
    await post(TO, acknowledged(ref));

    expect(await parsed(smtp, 1)).toMatchObject({
      inReplyTo: '<AB12@XY.eurprd01.prod.outlook.com>',
      references: '<alert-17.d5-v1@example.com> <AB12@XY.eurprd01.prod.outlook.com>',
    });
  });

  it('is begun anew where what was saved is no id', async () => {
    const smtp = await server();

    await speaker(smtp.port).post(TO, acknowledged({ first: ['<a@b>\r\nBcc: eve@example.org', 7] }));

    const { inReplyTo, raw } = await parsed(smtp);
    expect(inReplyTo).toBeUndefined();
    expect(raw).not.toContain('eve@example.org');
  });
});

describe('text from reports', () => {
  const hostile = 'x\r\nBcc: eve@example.org\r\n\r\n<img src=x onerror=alert(1)>"\u202E&amp;';

  it('begins no header, and is nothing but text in HTML', async () => {
    const smtp = await server();
    const card = alertCard({
      title: hostile,
      verdict: hostile,
      advice: hostile,
      footer: hostile,
      buttons: [{ label: hostile, command: `acknowledge ${hostile}` }],
      parts: [
        { type: 'text', text: hostile },
        { type: 'facts', facts: [{ name: hostile, value: hostile, note: hostile }] },
        {
          type: 'table',
          title: hostile,
          columns: [{ name: hostile, align: 'left' }],
          rows: [[hostile]],
          more: hostile,
        },
      ],
    });
    const change = { kind: 'opened', at: NOW.toISOString(), by: hostile, note: hostile };

    await speaker(smtp.port).post(TO, postOf({ card, change, key: hostile }));

    const { header, subject, html = '', messageId, bcc } = await parsed(smtp);
    expect(header('bcc')).toEqual([]);
    expect(bcc).toBeUndefined();
    expect(subject).toMatch(/^\[open\] Alert 17: x␍␊Bcc: eve@example\.org␍␊/u);
    expect(html).not.toMatch(/<img|\u202E/u);
    expect(html).toContain('&lt;img src=x onerror=alert(1)&gt;&quot;&lt;U+202E&gt;&amp;amp;');
    expect(messageId).toMatch(/^<[\w.-]+@example\.com>$/u);
    expect(smtp.mails[0]?.to).toEqual(TO.destination.to);
  });
});

describe('a server', () => {
  it.each([
    [450, 'TryLater'],
    [550, 'Gone'],
    [552, 'Refused'],
  ])('that refuses every recipient with %i: %s', async (code, name) => {
    const smtp = await server();
    for (const one of TO.destination.to) smtp.rules.recipients.set(one, { code, text: 'no such user here' });

    const error = await thrown(speaker(smtp.port).post(TO, postOf()));

    expect(error.name).toBe(name);
    expect(`${error.message} ${error.cause?.message}`).not.toMatch(/ada@|no such user/u);
  });

  it('that refuses one recipient gets it to the others, and the log says how many', async () => {
    const smtp = await server();
    smtp.rules.recipients.set('ada@example.org', { code: 550, text: 'no' });
    const { post, told } = speaker(smtp.port);

    await post(TO, postOf());

    expect(smtp.mails).toMatchObject([{ to: ['bo@example.org'] }]);
    expect(told).toMatchObject([{ level: 'warn', facts: { taken: 1, refused: 1 } }]);
  });

  it.each([
    [451, 'TryLater'],
    [554, 'Refused'],
  ])('that answers the mail itself with %i: %s', async (code, name) => {
    const smtp = await server();
    smtp.rules.data = { code, text: 'words about spam' };

    expect((await thrown(speaker(smtp.port).post(TO, postOf()))).name).toBe(name);
  });

  it('that takes no mail of that size refuses it', async () => {
    const smtp = await server({ mostBytes: 500 });

    expect((await thrown(speaker(smtp.port).post(TO, postOf()))).name).toBe('Refused');
  });

  it('that does not take the password: mail waits, one line says so, and another when it is mended', async () => {
    const smtp = await server();
    smtp.rules.password = 'another';
    const { post, told } = speaker(smtp.port);

    const errors = [await thrown(post(TO, postOf())), await thrown(post(TO, postOf()))];
    smtp.rules.password = PASSWORD;
    await post(TO, postOf());

    for (const error of errors) {
      expect(error).toMatchObject({ name: 'TryLater', scope: 'workspace' });
      expect(error.cause?.message).toBe('localhost does not take SMTP_USER and its password (535).');
    }
    expect(told.map(({ level, message }) => `${level}: ${message}`)).toEqual([
      'error: mail cannot be sent',
      'info: mail can be sent again',
    ]);
    expect(JSON.stringify([told, errors])).not.toContain(PASSWORD);
  });

  it('that cannot check the password just now is asked again later', async () => {
    const smtp = await server();
    smtp.rules.auth = { code: 454, text: '4.7.0 later' };
    const { post, told } = speaker(smtp.port);

    const error = await thrown(post(TO, postOf()));

    expect(error.name).toBe('TryLater');
    expect(told).toEqual([]);
  });

  it('that does not take the sender: mail waits until SMTP_FROM is mended', async () => {
    const smtp = await server();
    smtp.rules.sender = { code: 553, text: 'not yours' };

    const error = await thrown(speaker(smtp.port).post(TO, postOf()));

    expect(error).toMatchObject({ name: 'TryLater', scope: 'workspace' });
    expect(error.cause?.message).toMatch(/SMTP_FROM \(553\)/u);
  });

  it.each([
    ['without STARTTLS', 'none', {}],
    ['with a certificate of its own making', 'starttls', { caFile: null }],
  ] as const)('%s gets neither password nor mail', async (_, security, given) => {
    const smtp = await server({ security });

    const error = await thrown(speaker(smtp.port, given).post(TO, postOf()));

    expect(error).toMatchObject({ name: 'TryLater', scope: 'workspace' });
    expect(error.cause?.message).toMatch(/^localhost cannot be spoken to securely/u);
    expect(smtp.tried).toEqual([]);
    expect(smtp.mails).toEqual([]);
  });

  it('that is away is asked again', async () => {
    const error = await thrown(speaker(await freePort()).post(TO, postOf()));

    expect(error).toMatchObject({ name: 'ExpectedError', code: 'email-unreachable' });
  });
});

describe('settings', () => {
  it('hold a password that is read for each mail', async () => {
    const smtp = await server();
    smtp.rules.password = PASSWORD;
    const passwords = ['old', PASSWORD];
    const login = {
      user: 'ada',
      password: { read: () => Promise.resolve(passwords.shift() ?? ''), from: 'a file' },
    };
    const { post } = speaker(smtp.port, { login });

    expect((await thrown(post(TO, postOf()))).name).toBe('TryLater');
    await post(TO, postOf());

    expect(smtp.tried).toEqual(['old', PASSWORD]);
  });

  it('whose file cannot be read are named, and mail waits', async () => {
    const smtp = await server();
    writeFileSync(path.join(folder, 'password'), PASSWORD);
    const login = {
      user: 'ada',
      password: { read: () => Promise.reject(new Error('ENOENT')), from: 'the file /run/password' },
    };

    const error = await thrown(speaker(smtp.port, { login }).post(TO, postOf()));

    expect(error).toMatchObject({ name: 'TryLater', scope: 'workspace' });
    expect(error.cause?.message).toBe('the file /run/password cannot be read; mail is not sent.');
  });

  it('are told at start without the password', async () => {
    expect(emailLine(speaker(587).settings)).toBe('from alerts@example.com over localhost:587 (STARTTLS)');
  });
});

describe('recipients', () => {
  it.each([
    [{}],
    [{ to: [] }],
    [{ to: ['ada@example.org>, <eve@example.org'] }],
    [{ to: ['ada@example.org\r\nRCPT TO:<eve@example.org>'] }],
    [{ to: Array.from({ length: 21 }, (_, at) => `a${at}@example.org`) }],
  ])('that cannot be written to park the channel: %j', async (destination) => {
    const error = await thrown(speaker(await freePort()).post({ destination, secret: null }, postOf()));

    expect(error).toMatchObject({ name: 'Gone', what: 'channel' });
  });
});

describe('what is no alert', () => {
  it('has the title of its card for a subject', async () => {
    const smtp = await server();

    await speaker(smtp.port).post(
      TO,
      postOf({
        subject: 'digest',
        subjectId: 4,
        alert: null,
        change: null,
        card: alertCard({ title: 'Week 5' }),
      }),
    );

    const { subject, messageId } = await parsed(smtp);
    expect(subject).toBe('Week 5');
    expect(messageId).toBe('<digest-4.d5-v1@example.com>');
  });

  it('is called a test where it is one', async () => {
    const smtp = await server();

    await speaker(smtp.port).post(TO, postOf({ subject: 'test', alert: null, change: null }));

    expect((await parsed(smtp)).subject).toBe('[test] Spoofing of example.com');
  });
});
