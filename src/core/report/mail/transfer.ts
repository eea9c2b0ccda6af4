import { decodeBase64InMemory } from '../container/base64.js';

/** Undoes the transfer encoding of a part (RFC 2045 §6); what is not encoded is given as it lies there, not copied. */
export function decodeTransfer(bytes: Uint8Array, encoding: string): Uint8Array {
  if (encoding === 'base64') return decodeBase64InMemory(bytes);
  if (encoding === 'quoted-printable') return decodeQuotedPrintable(bytes);
  return bytes;
}

const EQUALS = 0x3d;
const CR = 0x0d;
const LF = 0x0a;

/** RFC 2045 §6.7; what is no code stays as it is. */
function decodeQuotedPrintable(bytes: Uint8Array): Uint8Array {
  const decoded = new Uint8Array(bytes.length);
  let length = 0;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] ?? 0;
    if (byte !== EQUALS) {
      decoded[length++] = byte;
      continue;
    }
    if (bytes[i + 1] === LF) i += 1;
    else if (bytes[i + 1] === CR && bytes[i + 2] === LF) i += 2;
    else {
      const high = hex(bytes[i + 1]);
      const low = hex(bytes[i + 2]);
      const isCode = high >= 0 && low >= 0;
      decoded[length++] = isCode ? high * 16 + low : byte;
      if (isCode) i += 2;
    }
  }
  return decoded.subarray(0, length);
}

function hex(byte: number | undefined): number {
  if (byte === undefined) return -1;
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}
