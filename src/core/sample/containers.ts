import { deflateSync, gzipSync } from 'node:zlib';
import { attachedMail, bodyMail, forwardedMail, type Letter } from './mail.js';
import { zip } from './zip.js';

/** A document on its way: its name without extension, its bytes, and the mail it would travel in. */
export interface Parcel {
  readonly stem: string;
  readonly extension: 'xml' | 'json';
  readonly bytes: Uint8Array;
  readonly letter: Letter;
}

export interface PackedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Place of the operating system in a gzip header (RFC 1952 §2.3.1) and its value for `unknown`. */
const GZIP_OS = 9;
const UNKNOWN_OS = 255;

/** Bytes as one gzip member whose header depends on nothing: no time, no name, no operating system. */
export function gzip(bytes: Uint8Array, level?: number): Buffer {
  const packed = gzipSync(bytes, level === undefined ? {} : { level });
  packed[GZIP_OS] = UNKNOWN_OS;
  return packed;
}

const fileName = (parcel: Parcel): string => `${parcel.stem}.${parcel.extension}`;
const zipped = (parcel: Parcel): Buffer => zip([{ name: fileName(parcel), bytes: parcel.bytes }]);

function members(bytes: Uint8Array): Buffer {
  const half = Math.floor(bytes.length / 2);
  return Buffer.concat([gzip(bytes.subarray(0, half)), gzip(bytes.subarray(half))]);
}

function withFolders(parcel: Parcel): Buffer {
  return zip([
    { name: 'reports/', bytes: new Uint8Array() },
    { name: '__MACOSX/reports/._report.xml', bytes: Buffer.from('Mac OS X resource fork') },
    { name: `reports/${fileName(parcel)}`, bytes: parcel.bytes },
  ]);
}

function attached(parcel: Parcel, suffix: string, contentType: string, bytes: Uint8Array): PackedFile {
  const attachment = { fileName: fileName(parcel) + suffix, contentType, bytes };
  return { name: `${parcel.stem}.eml`, bytes: attachedMail(parcel.letter, attachment) };
}

const named = (parcel: Parcel, suffix: string, bytes: Uint8Array): PackedFile => ({
  name: fileName(parcel) + suffix,
  bytes,
});

const CONTAINERS = {
  plain: (parcel: Parcel) => named(parcel, '', parcel.bytes),
  gzip: (parcel: Parcel) => named(parcel, '.gz', gzip(parcel.bytes)),
  zip: (parcel: Parcel) => ({ name: `${parcel.stem}.zip`, bytes: zipped(parcel) }),
  'double-gzip': (parcel: Parcel) => named(parcel, '.gz', gzip(gzip(parcel.bytes))),
  'gzip-members': (parcel: Parcel) => named(parcel, '.gz', members(parcel.bytes)),
  'gzip-trailing': (parcel: Parcel) =>
    named(parcel, '.gz', Buffer.concat([gzip(parcel.bytes), Buffer.from('\r\n--end\r\n')])),
  'gzip-named-zip': (parcel: Parcel) => ({ name: `${parcel.stem}.zip`, bytes: gzip(parcel.bytes) }),
  'zip-named-gzip': (parcel: Parcel) => named(parcel, '.gz', zipped(parcel)),
  'zip-of-gzip': (parcel: Parcel) => ({
    name: `${parcel.stem}.zip`,
    bytes: zip([{ name: `${fileName(parcel)}.gz`, bytes: gzip(parcel.bytes) }]),
  }),
  'zip-folder': (parcel: Parcel) => ({ name: `${parcel.stem}.zip`, bytes: withFolders(parcel) }),
  zlib: (parcel: Parcel) => named(parcel, '.z', deflateSync(parcel.bytes)),
  base64: (parcel: Parcel) => named(parcel, '.b64', Buffer.from(gzip(parcel.bytes).toString('base64'))),
  mail: (parcel: Parcel) => attached(parcel, '.gz', 'application/gzip', gzip(parcel.bytes)),
  'mail-zip': (parcel: Parcel) => attached(parcel, '.zip', 'application/zip', zipped(parcel)),
  'mail-xml': (parcel: Parcel) => attached(parcel, '', 'text/xml', parcel.bytes),
  'mail-octets': (parcel: Parcel) => attached(parcel, '.gz', 'application/octet-stream', gzip(parcel.bytes)),
  'mail-body': (parcel: Parcel) => ({
    name: `${parcel.stem}.eml`,
    bytes: bodyMail(parcel.letter, {
      fileName: `${parcel.stem}.zip`,
      contentType: 'application/zip',
      bytes: zipped(parcel),
    }),
  }),
  'mail-forwarded': (parcel: Parcel) => {
    const { name, bytes } = attached(parcel, '.gz', 'application/gzip', gzip(parcel.bytes));
    return { name, bytes: forwardedMail(parcel.letter, bytes) };
  },
} as const satisfies Readonly<Record<string, (parcel: Parcel) => PackedFile>>;

/** One archive for all reports of a reporter's day. */
const TOGETHER = 'zip-of-all';

export type ContainerName = keyof typeof CONTAINERS | typeof TOGETHER;
export const CONTAINER_NAMES = [
  ...(Object.keys(CONTAINERS) as (keyof typeof CONTAINERS)[]),
  TOGETHER,
] as const;

/** The files that carry these documents of one reporter: one each, or one for all. */
export function pack(container: ContainerName, parcels: readonly Parcel[]): PackedFile[] {
  if (container !== TOGETHER) return parcels.map(CONTAINERS[container]);
  const [first] = parcels;
  if (!first) return [];
  const entries = parcels.map((parcel) => ({ name: fileName(parcel), bytes: parcel.bytes }));
  return [{ name: `${first.stem}!all.zip`, bytes: zip(entries) }];
}
