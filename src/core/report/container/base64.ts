import type { ByteReader } from './byte-reader.js';

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

/** The same in memory. */
export function decodeBase64InMemory(bytes: Uint8Array): Uint8Array {
  return Buffer.from(compact(bytes), 'base64');
}

function compact(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
    .toString('latin1')
    .replace(/[^A-Za-z0-9+/=]+/g, '');
}
