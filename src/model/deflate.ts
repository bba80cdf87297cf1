/** The platform's deflate, without headers. */

/** Chunks as one stream; `bytes` must not change while it is read. */
const streamOf = (bytes: Uint8Array<ArrayBuffer>): ReadableStream<Uint8Array<ArrayBuffer>> =>
  new ReadableStream({
    start(controller) {
      controller.enqueue(bytes);
      controller.close();
    },
  });

export async function deflate(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  return new Uint8Array(await new Response(streamOf(bytes).pipeThrough(new CompressionStream('deflate-raw'))).arrayBuffer());
}

/**
 * The text in `bytes`. Counts while inflating and stops at `limit`: what a header or the visitor claims is not believed.
 * @returns undefined when the bytes are damaged, cut off or not UTF-8.
 */
export async function inflate(bytes: Uint8Array<ArrayBuffer>, limit: number): Promise<string | 'too long' | undefined> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const reader = streamOf(bytes).pipeThrough(new DecompressionStream('deflate-raw')).getReader();
  let text = '';
  let length = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return text + decoder.decode();
      length += value.length;
      if (length > limit) return 'too long';
      text += decoder.decode(value, { stream: true });
    }
  } catch {
    return undefined;
  } finally {
    // Frees the inflater after an early return; after an error there is nothing left to cancel.
    reader.cancel().catch(() => undefined);
  }
}
