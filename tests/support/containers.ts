import { crc32, deflateRawSync } from 'node:zlib';

export interface ZipMember {
  readonly name: string | Buffer;
  readonly bytes?: Uint8Array;
  /** 0 stored, 8 deflated (the default); any other is claimed only. */
  readonly method?: number;
  /** General purpose bits; 1 means encrypted. */
  readonly flags?: number;
  /** What the archive says, where it is not true. */
  readonly crc?: number;
  readonly size?: number;
}

export interface ZipClaims {
  /** Number of entries that the end record states. */
  readonly count?: number;
  /** The same in a zip64 record. */
  readonly zip64Count?: number;
  /** How often each member is listed, sharing its bytes. */
  readonly listed?: number;
}

/** A zip (APPNOTE 6.3), well-made but for what is asked to be wrong. */
export function zip(members: readonly ZipMember[], claims: ZipClaims = {}): Buffer {
  const locals: Buffer[] = [];
  const central: Buffer[] = [];
  let at = 0;
  for (const { name, bytes = new Uint8Array(), method = 8, flags = 0, crc, size } of members) {
    const fileName = typeof name === 'string' ? Buffer.from(name) : name;
    const packed = method === 8 ? deflateRawSync(bytes) : Buffer.from(bytes);
    const fixed = Buffer.alloc(26);
    fixed.writeUInt16LE(20, 0);
    fixed.writeUInt16LE(flags, 2);
    fixed.writeUInt16LE(method, 4);
    fixed.writeUInt32LE(crc ?? crc32(bytes), 10);
    fixed.writeUInt32LE(packed.length, 14);
    fixed.writeUInt32LE(size ?? bytes.length, 18);
    fixed.writeUInt16LE(fileName.length, 22);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(at, 10);
    locals.push(Buffer.from('PK\x03\x04'), fixed, fileName, packed);
    for (let i = 0; i < (claims.listed ?? 1); i++)
      central.push(Buffer.from('PK\x01\x02\x14\x00', 'latin1'), fixed, place, fileName);
    at += 30 + fileName.length + packed.length;
  }
  const directory = Buffer.concat(central);
  const count = claims.count ?? members.length * (claims.listed ?? 1);
  return Buffer.concat([...locals, directory, endOfZip(at, directory.length, count, claims.zip64Count)]);
}

function endOfZip(directoryAt: number, directorySize: number, count: number, zip64Count?: number): Buffer {
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(Math.min(count, 0xffff), 8);
  end.writeUInt16LE(zip64Count === undefined ? count : 0xffff, 10);
  end.writeUInt32LE(directorySize, 12);
  end.writeUInt32LE(zip64Count === undefined ? directoryAt : 0xffffffff, 16);
  if (zip64Count === undefined) return end;
  const record = Buffer.alloc(56);
  record.write('PK\x06\x06', 'latin1');
  record.writeBigUInt64LE(44n, 4);
  record.writeBigUInt64LE(BigInt(zip64Count), 24);
  record.writeBigUInt64LE(BigInt(zip64Count), 32);
  record.writeBigUInt64LE(BigInt(directorySize), 40);
  record.writeBigUInt64LE(BigInt(directoryAt), 48);
  const locator = Buffer.alloc(20);
  locator.write('PK\x06\x07', 'latin1');
  locator.writeBigUInt64LE(BigInt(directoryAt + directorySize), 8);
  locator.writeUInt32LE(1, 16);
  return Buffer.concat([record, locator, end]);
}

export interface TarMember {
  readonly name: string;
  readonly bytes?: Uint8Array;
  /** `0` file, `5` folder, `x` pax header, `L` long name. */
  readonly type?: string;
}

/** A tar archive (POSIX ustar). */
export function tar(members: readonly TarMember[]): Buffer {
  const blocks = members.flatMap(({ name, bytes = new Uint8Array(), type = '0' }) => {
    const header = Buffer.alloc(512);
    header.write(name.slice(0, 100), 0);
    header.write('0000644\x000000000\x000000000\0', 100);
    header.write(`${bytes.length.toString(8).padStart(11, '0')}\x0000000000000\0`, 124);
    header.write(`        ${type}`, 148);
    header.write('ustar\x0000', 257);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    return [header, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

export interface MailPart {
  /** Header lines. */
  readonly header?: readonly string[];
  readonly body: string | Uint8Array;
}

export interface MailForm {
  readonly header?: readonly string[];
  readonly subject?: string;
  /** Such as `mixed` or `report; report-type=feedback-report`. */
  readonly multipart?: string;
  readonly boundary?: string;
  readonly eol?: '\r\n' | '\n';
}

/** A mail with parts; bytes are sent as base64, texts as they are. */
export function mail(parts: readonly MailPart[], form: MailForm = {}): Buffer {
  const { header = [], subject = 'Report', multipart = 'mixed', boundary = 'b-1', eol = '\r\n' } = form;
  const lines = [
    'From: reports@example.net',
    'To: dmarc@example.com',
    `Subject: ${subject}`,
    'MIME-Version: 1.0',
    `Content-Type: multipart/${multipart}; boundary="${boundary}"`,
    ...header,
    '',
    ...parts.flatMap((part) => [`--${boundary}`, ...partLines(part)]),
    `--${boundary}--`,
    '',
  ];
  return Buffer.from(lines.flatMap((line) => line.split(/\r?\n/)).join(eol), 'latin1');
}

/** A mail without parts, whose body is the document itself. */
export function plainMail(header: readonly string[], body: string | Uint8Array): Buffer {
  return Buffer.from(
    ['From: reports@example.net', 'Subject: Report', ...header, ...bodyLines(body), ''].join('\r\n'),
    'latin1',
  );
}

/** An attachment with a name and a type. */
export function attachment(name: string, type: string, body: Uint8Array): MailPart {
  return {
    header: [`Content-Type: ${type}; name="${name}"`, `Content-Disposition: attachment; filename="${name}"`],
    body,
  };
}

function partLines({ header = ['Content-Type: text/plain'], body }: MailPart): string[] {
  return [...header, ...bodyLines(body)];
}

function bodyLines(body: string | Uint8Array): string[] {
  if (typeof body === 'string') return ['', body];
  const text = Buffer.from(body).toString('base64');
  return ['Content-Transfer-Encoding: base64', '', text.replace(/.{76}(?=.)/g, '$&\n')].flatMap((line) =>
    line.split('\n'),
  );
}
