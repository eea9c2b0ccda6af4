import type { ReadableStream as WebStream } from 'node:stream/web';
import { loadCommonJs } from '../loading.js';
import type { ByteReader } from './byte-reader.js';
import { UnpackError } from './unpack-error.js';

interface XzModule {
  readonly XzReadableStream: new (packed: WebStream<Uint8Array>) => WebStream<Uint8Array>;
}

/**
 * Unpacks xz. The decoder is shared by the whole process, one stream after the other: read this to its end, into
 * memory or the spool, before anything else is waited for. Throws UnpackError on damaged bytes.
 */
export async function* unxz(input: ByteReader): AsyncGenerator<Uint8Array> {
  const { XzReadableStream } = load();
  let storageError: unknown = null;
  const packed = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const chunk = await input.next();
        if (chunk) controller.enqueue(chunk);
        else controller.close();
      } catch (error) {
        storageError = error;
        controller.error(error);
      }
    },
  });

  const unpacked = new XzReadableStream(packed).getReader();
  let ended = false;
  try {
    for (;;) {
      const step = await unpacked.read();
      ended = step.done;
      if (step.done) return;
      yield step.value;
    }
  } catch {
    ended = true;
    if (storageError !== null) throw storageError;
    throw new UnpackError(
      'xz-damaged',
      'The xz file is damaged, cut or of a kind that is not read; ask the reporter to send the report again.',
    );
  } finally {
    // Frees the decoder for the next stream where this one was not read to its end.
    if (!ended) await unpacked.cancel();
  }
}

/** Loaded when the first xz comes, which is hardly ever; as CommonJS, which every loader gives the same shape. */
function load(): XzModule {
  return loadCommonJs('xz-decompress') as XzModule;
}
