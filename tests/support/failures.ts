import { mail } from './containers.js';

/** What a test wants to say in a failure report. */
export interface WrittenFailure {
  /** Lines of the message/feedback-report part. */
  readonly fields?: readonly string[];
  /** Lines of the reported message; null for a report without one. */
  readonly message?: readonly string[] | null;
  /** Type of the part with the message. */
  readonly messageType?: string;
  readonly text?: string;
}

export const FIELDS: readonly string[] = [
  'Feedback-Type: auth-failure',
  'User-Agent: ExampleReporter/1.0',
  'Version: 1',
  'Auth-Failure: dmarc',
  'Source-IP: 192.0.2.1',
  'Reported-Domain: example.com',
];

export const MESSAGE: readonly string[] = [
  'Received: from mail.example.org (mail.example.org [192.0.2.1]) by mx.example.net; Sun, 1 Mar 2026 10:00:00 +0000',
  'From: Alice Example <alice@example.com>',
  'To: Bob <bob@example.net>',
  'Subject: The secret plan',
  'Message-ID: <1234.alice@example.com>',
  '',
  'Dear Bob, this is between us.',
];

/** A failure report (RFC 5965, RFC 6591), well-made but for what is asked to be odd. */
export function failureMail(written: WrittenFailure = {}): Buffer {
  const {
    fields = FIELDS,
    message = MESSAGE,
    messageType = 'message/rfc822',
    text = 'A failure report.',
  } = written;
  const parts = [
    { body: text },
    { header: ['Content-Type: message/feedback-report'], body: fields.join('\r\n') },
  ];
  if (message !== null) parts.push({ header: [`Content-Type: ${messageType}`], body: message.join('\r\n') });
  return mail(parts, { multipart: 'report; report-type=feedback-report' });
}
