import { readFile } from 'node:fs/promises';
import { createTransport } from 'nodemailer';
import { z } from 'zod';
import { recipientsProblem } from '../../core/alert/channel-address.js';
import type { Log } from '../../core/ingest/context.js';
import { ExpectedError } from '../../core/expected-error.js';
import type { OneWayDestination, OneWayPost, OneWaySpeaker } from '../one-way.js';
import { picturesOf } from '../pictures-of.js';
import { type DrawChart, Gone } from '../platform.js';
import { type Meaning, meaningOf, thrownFor } from './errors.js';
import { type Mail, renderMail } from './render.js';
import type { EmailSettings } from './settings.js';
import { refOf, type Thread, threadOf } from './thread.js';

export interface EmailOptions {
  readonly draw: DrawChart;
  readonly log: Log;
  readonly now: () => Date;
}

const MOST_PICTURES = 4;
const CONNECT_MS = 10_000;
/** Without a word of the server; some look at a mail for long (RFC 5321 §4.5.3.2.6 grants ten minutes). */
const SILENCE_MS = 60_000;
const destinationOf = z.object({ to: z.array(z.string()) });

/** Sends mail over one server. Trouble with the settings is logged once, and so is its end. */
export function emailSpeaker(settings: EmailSettings, { draw, log, now }: EmailOptions): OneWaySpeaker {
  const host = settings.from.address.split('@').at(-1) ?? 'localhost';
  let trouble: string | null = null;
  const note = (meaning: Meaning | null) => {
    const reason = meaning?.type === 'set-up-wrong' ? meaning.reason : null;
    if (reason !== null && reason !== trouble) log.error('mail cannot be sent', { reason });
    // What passes says nothing about the settings.
    if (meaning === null && trouble !== null) log.info('mail can be sent again');
    if (reason !== null || meaning === null) trouble = reason;
  };

  return {
    edits: false,
    post: async (to, post) => {
      const recipients = recipientsOf(to);
      const mail = renderMail(post, await picturesOf(post.card, draw, MOST_PICTURES), now());
      const thread = threadOf(post, host);
      try {
        const sent = await send(
          settings,
          { ...headersOf(post, thread, host), ...contentOf(mail) },
          recipients,
        );
        note(null);
        if (sent.rejected > 0)
          log.warn('mail was taken for some recipients alone', {
            taken: sent.accepted,
            refused: sent.rejected,
          });
        return refOf(thread, sent.id);
      } catch (error) {
        const meaning = isSecretMissing(error) ?? meaningOf(error, settings.host);
        note(meaning);
        throw thrownFor(meaning);
      }
    },
  };
}

/** For start-up's lines. */
export function emailLine({ host, port, security, from }: EmailSettings): string {
  const how = { tls: 'TLS', starttls: 'STARTTLS', none: 'in the clear' }[security];
  return `from ${from.address} over ${host}:${port} (${how})`;
}

function recipientsOf({ destination }: OneWayDestination): readonly string[] {
  const { data } = destinationOf.safeParse(destination);
  const problem = recipientsProblem(data?.to ?? []);
  if (data === undefined || problem !== null)
    throw new Gone(
      'channel',
      `This channel has no addresses to write to; add it anew. ${problem ?? ''}`.trim(),
    );
  return data.to;
}

function headersOf({ subject }: OneWayPost, { messageId, inReplyTo, references }: Thread, host: string) {
  return {
    messageId,
    ...(inReplyTo === null ? {} : { inReplyTo, references: [...references] }),
    headers: {
      // RFC 2919; and RFC 3834 §5, so that nobody's absence is answered to us.
      'List-Id': `dmarc-ops <${subject}.dmarc-ops.${host}>`,
      'Auto-Submitted': 'auto-generated',
      // learn.microsoft.com/openspecs/exchange_server_protocols/ms-oxcmail: of Exchange.
      'X-Auto-Response-Suppress': 'All',
    },
  };
}

function contentOf({ subject, text, html, pictures }: Mail) {
  return {
    subject,
    text,
    html,
    attachments: pictures.map(({ cid, png }) => ({
      cid,
      content: png,
      filename: `${cid}.png`,
      contentType: 'image/png',
      contentDisposition: 'inline' as const,
    })),
  };
}

type Content = ReturnType<typeof headersOf> & ReturnType<typeof contentOf>;

async function send(
  settings: EmailSettings,
  content: Content,
  recipients: readonly string[],
): Promise<{ accepted: number; rejected: number; id: string | undefined }> {
  const { from } = settings;
  const transport = createTransport(await connectionOf(settings));
  try {
    const sent = await transport.sendMail({
      ...content,
      from,
      to: recipients.map((address) => ({ name: '', address })),
      envelope: { from: from.address, to: [...recipients] },
      disableFileAccess: true,
      disableUrlAccess: true,
    });
    return { accepted: sent.accepted.length, rejected: sent.rejected.length, id: sent.serverMessageId };
  } finally {
    transport.close();
  }
}

async function connectionOf({ host, port, security, login, caFile }: EmailSettings) {
  const [pass, ca] = await Promise.all([
    login === null ? null : login.password.read().catch(secretMissing(login.password.from)),
    caFile === null ? null : readFile(caFile, 'utf8').catch(secretMissing('SMTP_CA_FILE')),
  ]);
  return {
    host,
    port,
    secure: security === 'tls',
    requireTLS: security === 'starttls',
    ignoreTLS: security === 'none',
    connectionTimeout: CONNECT_MS,
    greetingTimeout: CONNECT_MS,
    dnsTimeout: CONNECT_MS,
    socketTimeout: SILENCE_MS,
    ...(login === null || pass === null ? {} : { auth: { user: login.user, pass } }),
    ...(ca === null ? {} : { tls: { ca } }),
  };
}

const SECRET_MISSING = 'email-secret-missing';

function secretMissing(where: string) {
  return (cause: unknown): never => {
    throw new ExpectedError(SECRET_MISSING, `${where} cannot be read; mail is not sent.`, { cause });
  };
}

function isSecretMissing(error: unknown): Meaning | null {
  return error instanceof ExpectedError && error.code === SECRET_MISSING
    ? { type: 'set-up-wrong', reason: error.message }
    : null;
}
