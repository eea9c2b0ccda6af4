/** Tar archives are made of blocks of this many bytes (POSIX.1, pax interchange format). */
export const TAR_BLOCK = 512;

export interface TarHeader {
  readonly name: string;
  /** Bytes of the member, which follow the header, filled up to whole blocks. */
  readonly size: number;
  /** `0` or NUL: file; `5`: folder; `x`, `g`: pax fields; `L`: a long GNU name; others are not files. */
  readonly type: string;
}

/** Whether the block at the start is a tar header: its checksum is right. */
export function findTar(head: Uint8Array): boolean {
  return head.length >= TAR_BLOCK && readTarHeader(head.subarray(0, TAR_BLOCK)) !== null;
}

/** The header in one block; null where its checksum is wrong or the block is empty, as at the end of an archive. */
export function readTarHeader(block: Uint8Array): TarHeader | null {
  if (block.length < TAR_BLOCK || block[0] === 0) return null;
  const checksum = octal(block, 148, 8);
  let sum = 0;
  for (let i = 0; i < TAR_BLOCK; i++) sum += i >= 148 && i < 156 ? 32 : (block[i] ?? 0);
  if (checksum === null || sum !== checksum) return null;
  const size = number(block, 124, 12);
  if (size === null) return null;
  const prefix = text(block, 257, 5) === 'ustar' ? text(block, 345, 155) : '';
  const name = text(block, 0, 100);
  return {
    name: prefix === '' ? name : `${prefix}/${name}`,
    size,
    type: String.fromCharCode(block[156] || 48),
  };
}

function text(block: Uint8Array, at: number, length: number): string {
  const field = Buffer.from(block.subarray(at, at + length));
  const end = field.indexOf(0);
  return field.toString('utf8', 0, end < 0 ? length : end);
}

function octal(block: Uint8Array, at: number, length: number): number | null {
  const digits = text(block, at, length).trim();
  return /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : null;
}

/** Sizes from 8 GB on are in base 256, marked by the highest bit (GNU). */
function number(block: Uint8Array, at: number, length: number): number | null {
  if (((block[at] ?? 0) & 0x80) === 0) return octal(block, at, length);
  let value = (block[at] ?? 0) & 0x7f;
  for (let i = at + 1; i < at + length; i++) value = value * 256 + (block[i] ?? 0);
  return Number.isSafeInteger(value) ? value : null;
}
