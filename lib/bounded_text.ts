// Reads a body as text within a bound.

/**
 * The body as UTF-8 text; undefined if it has more than `mostBytes`, and is then cancelled.
 *
 * @throws What the stream throws where it breaks off.
 */
export async function boundedText(
  body: ReadableStream<Uint8Array> | null,
  mostBytes: number,
): Promise<string | undefined> {
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.length;
    if (bytes > mostBytes) return undefined; // Leaving the loop cancels the body.
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}
