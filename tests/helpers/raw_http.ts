// A raw TCP client of the page, for requests that no HTTP client sends.

export interface RawPeer extends Disposable {
  /** Sends text as bytes; ignores a closed connection. */
  send(text: string): Promise<void>;
  /** Reads until the answer holds these words; rejects when the connection ends before. */
  until(words: string): Promise<string>;
  /** Reads until the connection ends in any way; resolves with the whole answer. */
  untilClosed(): Promise<string>;
  /** Closes the sending half. */
  endSending(): Promise<void>;
}

/** Connects to 127.0.0.1. */
export async function connectRaw(port: number): Promise<RawPeer> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  const buffer = new Uint8Array(64 * 1024);
  const decoder = new TextDecoder();
  let text = "";

  async function readMore(): Promise<boolean> {
    const read = await connection.read(buffer).catch(() => null); // A reset ends it too.
    if (read === null) return false;
    text += decoder.decode(buffer.subarray(0, read), { stream: true });
    return true;
  }

  return {
    async send(words) {
      const bytes = new TextEncoder().encode(words);
      for (let at = 0; at < bytes.length;) {
        const written = await connection.write(bytes.subarray(at)).catch(() => bytes.length);
        at += written;
      }
    },
    async until(words) {
      while (!text.includes(words)) {
        if (!await readMore()) throw new Error(`The connection ended after: ${text}`);
      }
      return text;
    },
    async untilClosed() {
      while (await readMore());
      return text;
    },
    endSending: () => connection.closeWrite(),
    [Symbol.dispose]: () => connection.close(),
  };
}

/** A GET with these header lines, by default keep-alive. */
export function get(path: string, ...lines: readonly string[]): string {
  return [`GET ${path} HTTP/1.1`, "Host: bot.test", ...lines, "", ""].join("\r\n");
}

/** A POST with a content-length. */
export function post(path: string, body: string, ...lines: readonly string[]): string {
  const length = `Content-Length: ${new TextEncoder().encode(body).length}`;
  return [`POST ${path} HTTP/1.1`, "Host: bot.test", length, ...lines, "", body].join("\r\n");
}
