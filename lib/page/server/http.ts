// HTTP/1.1 on connections that are accepted elsewhere: node:http parses, each request becomes a Request, its Response is
// written back. Bounds the time and number of what a peer sends. Knows nothing of the page.

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { Connection } from "./connection.ts";
import { hasBody, toRequest } from "./request.ts";

/** How long a peer may take, in ms. */
export interface Deadlines {
  /** From connecting, or from a further request's first byte, to the end of the headers. */
  readonly headersMs: number;
  /** Between an answer and the next request's first byte. */
  readonly idleMs: number;
  /** From the headers to the end of the body. */
  readonly bodyMs: number;
  /** To read 64 KiB of an answer. */
  readonly writeMs: number;
}

/** Room for browsers on slow networks. */
export const DEADLINES: Deadlines = {
  headersMs: 10_000,
  idleMs: 30_000,
  bodyMs: 30_000,
  writeMs: 30_000,
};

/** All headers of a request together, in bytes. */
const MOST_HEADER_BYTES = 16 * 1024;

/** Requests of one connection that wait for their answers; a browser sends one at a time. */
const MOST_PIPELINED = 16;

/** Answers one request. It never rejects. */
export type Answer = (request: Request, info: Deno.ServeHandlerInfo) => Promise<Response>;

/** An HTTP server without a listener. */
export interface Http {
  /** Takes a connection over, until it closes. */
  serve(connection: Connection): void;
}

/**
 * @param refuse What answers a request that no Request can be, by its status.
 * @param onWaiting Told when a connection has nothing to answer any more, and waits for its peer.
 */
export function createHttp({ answer, refuse, onWaiting, deadlines = DEADLINES }: {
  readonly answer: Answer;
  readonly refuse: (status: 400 | 405 | 417) => Response;
  readonly onWaiting: (connection: Connection) => void;
  readonly deadlines?: Deadlines;
}): Http {
  const unanswered = new WeakMap<Connection, number>();
  const newest = new WeakMap<Connection, IncomingMessage>();
  // Node's own limits on time have no effect on Deno; a missing Host is refused in this file.
  const server = createServer({
    maxHeaderSize: MOST_HEADER_BYTES,
    keepAliveTimeout: deadlines.idleMs, // Only tells the client: RecordDurably-Alive: timeout=30.
    requireHostHeader: false,
  });
  // A client may close its sending half after the request (RFC 9112, 9.6).
  Object.defineProperty(server, "httpAllowHalfOpen", { value: true });
  // Deno closes every connection of a server that does not listen after its first answer.
  Object.defineProperty(server, "listening", { value: true });
  server.on("request", begin);
  server.on("checkExpectation", (message, response) => begin(message, response, refuse(417)));
  server.on("connect", (_message, socket) => socket.destroy());
  server.on("clientError", (_error, socket) => {
    if (!(socket instanceof Connection)) return;
    if (socket.writable && !unanswered.get(socket)) socket.write(malformed(refuse(400)));
    socket.destroySoon();
  });

  function begin(message: IncomingMessage, response: ServerResponse, refusal?: Response): void {
    const connection: unknown = message.socket;
    if (!(connection instanceof Connection)) return;
    const waiting = (unanswered.get(connection) ?? 0) + 1;
    if (waiting > MOST_PIPELINED) return void connection.destroy();
    unanswered.set(connection, waiting);
    newest.set(connection, message);
    message.on("error", () => {}); // The connection's end tells the same.
    response.on("error", () => {});
    response.once("close", () => end(connection));
    message.once("end", () => arrived(connection, message));
    if (hasBody(message)) {
      connection.isAnswering = false;
      connection.closeIn(deadlines.bodyMs);
    } else arrived(connection, message);
    void respond(message, response, connection, refusal);
  }

  /** The request is there. Of those that were sent at once, the newest tells what the peer still has to do. */
  function arrived(connection: Connection, message: IncomingMessage): void {
    if (newest.get(connection) !== message || connection.writableEnded) return;
    if (unanswered.get(connection) === 0) return;
    connection.isAnswering = true;
    connection.closeIn(Infinity);
  }

  function end(connection: Connection): void {
    const waiting = (unanswered.get(connection) ?? 1) - 1;
    unanswered.set(connection, waiting);
    if (waiting === 0 && !connection.destroyed && !connection.writableEnded) rest(connection);
  }

  function rest(connection: Connection): void {
    connection.isAnswering = false;
    connection.closeIn(deadlines.idleMs);
    connection.onBytes = () => {
      connection.onBytes = () => {};
      if (!connection.isAnswering) connection.closeIn(deadlines.headersMs);
    };
    onWaiting(connection);
  }

  async function respond(
    message: IncomingMessage,
    response: ServerResponse,
    { remoteAddr }: Connection,
    refusal?: Response,
  ): Promise<void> {
    const gone = new AbortController();
    const closed = new Promise<void>((resolve) => response.once("close", resolve));
    void closed.then(() => response.writableFinished || gone.abort());
    try {
      const request = refusal ?? toRequest(message, gone.signal);
      if (request instanceof Response) return await send(request, message, response);
      if (typeof request === "number") return await send(refuse(request), message, response);
      await send(await answer(request, { remoteAddr, completed: closed }), message, response);
    } catch {
      response.destroy(); // The answer broke off, or its peer has left.
    }
  }

  return {
    serve(connection) {
      connection.closeIn(deadlines.headersMs);
      connection.once("end", () => {
        if (newest.get(connection)?.complete === false) connection.destroy(); // It left in the middle of a body.
      });
      server.emit("connection", connection);
    },
  };
}

/** What node:http could not parse has no ServerResponse. */
function malformed({ headers }: Response): string {
  const lines = [...headers, ["connection", "close"]].map(([name, value]) => `${name}: ${value}`);
  return ["HTTP/1.1 400 Bad Request", ...lines, "", ""].join("\r\n");
}

async function send(
  { status, headers, body }: Response,
  message: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const all = [...headers];
  // The rest of a body that was not read would be taken for the next request.
  if (!message.complete) all.push(["connection", "close"]);
  const isBodiless = status === 204 || status === 304 || message.method === "HEAD";
  if (body === null && !isBodiless) all.push(["content-length", "0"]);
  response.writeHead(status, all.flat());
  if (body !== null && message.method !== "HEAD") await write(body, response);
  else await body?.cancel();
  response.end();
}

/** Writes no faster than the peer reads; stops making what no peer waits for. */
async function write(body: ReadableStream<Uint8Array>, response: ServerResponse): Promise<void> {
  const reader = body.getReader();
  const left = () => void reader.cancel().catch(() => {});
  response.once("close", left);
  for (;;) {
    const { done, value } = await reader.read();
    if (done || response.destroyed) break;
    if (!response.write(value)) await drained(response);
  }
  response.off("close", left);
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off("drain", done).off("close", done);
      resolve();
    };
    if (response.destroyed) return resolve();
    response.once("drain", done).once("close", done);
  });
}
