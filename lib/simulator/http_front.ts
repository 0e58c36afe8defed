// An HTTP server that can go down, cutting every connection, and come up on the same port. Knows nothing of
// what is served.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";

/** Answers one request. */
export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** Serves on 127.0.0.1; keep-alive connections stay open until the client or `down` ends them. */
export class HttpFront {
  readonly #answer: Answer;
  readonly #sockets = new Set<Socket>();
  #server: Server | null = null;
  #port: number;
  #peakConnections = 0;

  private constructor(answer: Answer, port: number) {
    this.#answer = answer;
    this.#port = port;
  }

  /** Listens; port 0 takes a free one, which later `up` calls take again. */
  static async open(answer: Answer, port = 0): Promise<HttpFront> {
    const front = new HttpFront(answer, port);
    await front.up();
    return front;
  }

  get origin(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get openConnections(): number {
    return this.#sockets.size;
  }

  get peakConnections(): number {
    return this.#peakConnections;
  }

  /** Listens again after `down`. */
  async up(): Promise<void> {
    if (this.#server) return;
    const server = createServer(this.#answer);
    // The server does not close idle connections by itself: no test asked for such resets.
    server.keepAliveTimeout = 0;
    server.requestTimeout = 0;
    server.headersTimeout = 0;
    server.on("connection", (socket) => {
      this.#sockets.add(socket);
      this.#peakConnections = Math.max(this.#peakConnections, this.#sockets.size);
      socket.on("error", () => {});
      socket.on("close", () => this.#sockets.delete(socket));
    });
    this.#server = server;
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(this.#port, "127.0.0.1", resolve);
    });
    const address = server.address();
    if (address !== null && typeof address === "object") this.#port = address.port;
  }

  /** Stops listening and cuts every connection; new ones are refused. */
  async down(): Promise<void> {
    const server = this.#server;
    if (!server) return;
    this.#server = null;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    const cut = [...this.#sockets].map((socket) =>
      new Promise<void>((resolve) => {
        socket.once("close", () => resolve());
        socket.destroy();
      })
    );
    await Promise.all([closed, ...cut]);
  }
}

/** Reads a whole request body; rejects when it is larger than the limit or the client leaves. */
export function readBody(request: IncomingMessage, maxBytes: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    request.on("data", (chunk: Uint8Array) => {
      bytes += chunk.length;
      if (bytes > maxBytes) return reject(new RangeError(`Body is larger than ${maxBytes} bytes`));
      chunks.push(chunk);
    });
    request.on("end", () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : joined(chunks)));
    request.on("error", reject);
    request.on("close", () => reject(new Error("The client left before the body was complete")));
  });
}

function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}
