import type { ByteReader } from './byte-reader.js';

const WINDOW = 1024 * 1024;

/** Decodes base64 text (RFC 4648 §4); white space and anything outside the alphabet is passed over. */
export async function* decodeBase64(input: ByteReader): AsyncGenerator<Uint8Array> {
  let rest = '';
  let padded = false;
  for (let chunk = await input.next(); chunk; chunk = await input.next()) {
    // Padding ends the data; what follows is read to its end, but left out.
    if (padded) continue;
    const text = rest + compact(chunk);
    padded = text.includes('=');
    const whole = text.length - (text.length % 4);
    rest = text.slice(whole);
    yield Buffer.from(text.slice(0, whole), 'base64');
  }
  yield Buffer.from(rest, 'base64');
}

/** The same in memory, window by window: as text, everything would be there twice more. */
export function decodeBase64InMemory(bytes: Uint8Array): Uint8Array {
  const decoded = Buffer.allocUnsafe(Math.ceil((bytes.length * 3) / 4));
  let length = 0;
  let rest = '';
  for (let at = 0; at < bytes.length; at += WINDOW) {
    const text = rest + compact(bytes.subarray(at, at + WINDOW));
    const padded = text.includes('=');
    const isLast = padded || at + WINDOW >= bytes.length;
    const whole = isLast ? text.length : text.length - (text.length % 4);
    rest = text.slice(whole);
    length += decoded.write(text.slice(0, whole), length, 'base64');
    if (padded) break;
  }
  return decoded.subarray(0, length);
}

function compact(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
    .toString('latin1')
    .replace(/[^A-Za-z0-9+/=]+/g, '');
}
