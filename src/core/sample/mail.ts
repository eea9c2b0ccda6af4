/** What a report's mail says about itself. */
export interface Letter {
  readonly from: string;
  readonly to: string;
  readonly subject: string;
  /** ISO 8601. */
  readonly date: string;
  /** Unique, without angle brackets; boundaries are made of it too. */
  readonly messageId: string;
}

export interface Attachment {
  readonly fileName: string;
  readonly contentType: string;
  readonly bytes: Uint8Array;
}

/** Octets of base64 in one line: 76 characters (RFC 2045 §6.8). */
const LINE_OCTETS = 57;

function base64Lines(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const lines: string[] = [];
  for (let start = 0; start < buffer.length; start += LINE_OCTETS)
    lines.push(buffer.toString('base64', start, Math.min(start + LINE_OCTETS, buffer.length)));
  return lines.join('\r\n');
}

function header(letter: Letter, ...more: readonly string[]): string {
  return [
    `From: ${letter.from}`,
    `To: ${letter.to}`,
    `Subject: ${letter.subject}`,
    `Date: ${new Date(letter.date).toUTCString().replace('GMT', '+0000')}`,
    `Message-ID: <${letter.messageId}>`,
    'MIME-Version: 1.0',
    ...more,
  ].join('\r\n');
}

function attachedPart(attachment: Attachment): string {
  return [
    `Content-Type: ${attachment.contentType}; name="${attachment.fileName}"`,
    'Content-Transfer-Encoding: base64',
    `Content-Disposition: attachment; filename="${attachment.fileName}"`,
    '',
    base64Lines(attachment.bytes),
  ].join('\r\n');
}

function boundary(letter: Letter): string {
  return `=_${letter.messageId.replace(/[^A-Za-z0-9]/g, '').slice(0, 40)}`;
}

function multipart(letter: Letter, type: string, parts: readonly string[]): Buffer {
  const line = boundary(letter);
  const head = header(letter, `Content-Type: ${type}; boundary="${line}"`);
  const body = parts.map((part) => `--${line}\r\n${part}\r\n`).join('');
  return Buffer.from(`${head}\r\n\r\n${body}--${line}--\r\n`, 'utf8');
}

/** A text part, as the human-readable one beside a report. */
export function textPart(text: string): string {
  return `Content-Type: text/plain; charset=utf-8\r\n\r\n${text}`;
}

/** A mail with a few words and the report attached, as most reporters send it (RFC 7489 §7.2.1.1). */
export function attachedMail(letter: Letter, attachment: Attachment): Buffer {
  const words = textPart(`This is a report for ${letter.to}.`);
  return multipart(letter, 'multipart/mixed', [words, attachedPart(attachment)]);
}

/** A mail whose whole body is the report. */
export function bodyMail(letter: Letter, attachment: Attachment): Buffer {
  const { contentType, fileName } = attachment;
  const head = header(
    letter,
    `Content-Type: ${contentType}; name="${fileName}"`,
    `Content-Disposition: attachment; filename="${fileName}"`,
    'Content-Transfer-Encoding: base64',
  );
  return Buffer.from(`${head}\r\n\r\n${base64Lines(attachment.bytes)}\r\n`, 'utf8');
}

/** A mail that forwards another one as an attachment. */
export function forwardedMail(letter: Letter, mail: Uint8Array): Buffer {
  const outer: Letter = {
    ...letter,
    from: `postmaster@${letter.to.split('@')[1] ?? 'example.com'}`,
    subject: `Fwd: ${letter.subject}`,
    messageId: `fwd.${letter.messageId}`,
  };
  const inner = `Content-Type: message/rfc822\r\nContent-Disposition: attachment\r\n\r\n${Buffer.from(mail).toString('utf8')}`;
  return multipart(outer, 'multipart/mixed', [textPart('See the report below.'), inner]);
}

/** A mail of type multipart/report (RFC 6522) made of finished parts. */
export function reportMail(letter: Letter, reportType: string, parts: readonly string[]): Buffer {
  return multipart(letter, `multipart/report; report-type=${reportType}`, parts);
}
