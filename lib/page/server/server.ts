// The page's server: listener, bounded connections, HTTP. What a connection needs is loaded when the first one comes: an
// idle bot does not pay for it. Knows nothing of the page.

import { messageOf } from "../../log/error_words.ts";
import type { Facts, Log } from "../../log/log.ts";
import type { Connection } from "./connection.ts";
import { createConnections, MOST_CONNECTIONS } from "./connections.ts";
import type { Answer, Deadlines } from "./http.ts";
import { keepListening, type ListenerOptions } from "./listener.ts";
import { createReserve, loadOnce } from "./open_files.ts";

/** How long open requests may take to end when the server closes, in ms. */
const CLOSE_WITHIN_MS = 1_000;

/** Loading what a connection needs opens at most this many files at once. */
const FILES_OF_HTTP = 4;

/** Files that the page keeps open, so that it can take a connection when the rest of the bot has opened all others. */
const RESERVED_FILES = 2 * FILES_OF_HTTP;

/** The log tells at most this often that connections are closed, in ms. */
const TELL_EVERY_MS = 60_000;

/** Where to listen, and what answers. */
export interface ServerOptions extends
  Pick<
    ListenerOptions,
    "host" | "port" | "takesUpdates" | "sleep" | "random" | "elapsedMs" | "log"
  > {
  /** Answers one request. It never rejects. */
  readonly answer: Answer;
  /** The answer to what no Request can be. */
  readonly refuse: (status: 400 | 405 | 417) => Response;
  readonly listen?: ListenerOptions["listen"];
  readonly deadlines?: Deadlines;
  /** Told when files have run out: what the rest of the bot can do without is to be closed. */
  readonly onFewFiles?: () => void;
}

/** The page's open sockets. */
export interface PageSockets {
  /** Where it listens; undefined while it cannot. */
  address(): Deno.NetAddr | undefined;
  /** Closes half of the connections and the files in reserve, for what has to be opened now. */
  makeRoom(): unknown;
  /** Closes what waits at once, and after a second what is still being answered. */
  close(): Promise<void>;
}

/** Serves HTTP/1.1 until it is closed. Nothing that a peer does makes it throw or reject. */
export function openServer(options: ServerOptions): PageSockets {
  const { log, elapsedMs } = options;
  const warn = tellSeldom(log, elapsedMs);
  const connections = createConnections<Connection>(elapsedMs, () =>
    warn(
      "⚠️ Со страницей настроек открыто {most} соединений, больше бот не держит: лишние закрывает",
      { most: MOST_CONNECTIONS },
    ));
  const reserve = createReserve(RESERVED_FILES);
  let isLoaded = false;
  let closing: (() => void) | undefined;

  function onWaiting(connection: Connection): void {
    if (closing === undefined) connections.waits(connection);
    else connection.destroy();
  }

  const http = loadOnce(FILES_OF_HTTP, async () => {
    const [{ createHttp, DEADLINES }, { Connection }] = await Promise.all([
      import("./http.ts"),
      import("./connection.ts"),
    ]);
    const { deadlines = DEADLINES } = options;
    const { serve } = createHttp({ ...options, deadlines, onWaiting });
    return { serve, wrap: (tcp: Deno.TcpConn) => new Connection(tcp, deadlines.writeMs) };
  });

  async function take(tcp: Deno.TcpConn): Promise<void> {
    try {
      if (!isLoaded) reserve.release(); // It is held again when a connection closes.
      const { serve, wrap } = await http();
      isLoaded = true;
      const connection = wrap(tcp);
      connection.on("error", () => {}); // "close" follows.
      connection.once("close", () => {
        connections.leave(connection);
        if (closing === undefined) reserve.hold();
        if (connections.all().length === 0) closing?.();
      });
      if (closing === undefined && connections.admit(connection)) serve(connection);
      else connection.destroy();
    } catch (error) {
      close(tcp);
      warn("⚠️ Страница настроек не ответила: {cause}", {
        cause: messageOf(error),
      });
    }
  }

  /** Whether the files in reserve were closed; they are held again when a connection closes. */
  function makeRoom(): boolean {
    connections.shed();
    options.onFewFiles?.();
    return reserve.release();
  }

  const listener = keepListening({
    listen: (where) => Deno.listen(where),
    ...options,
    take,
    onFailure: makeRoom,
  });
  reserve.hold();
  return {
    address: listener.address,
    makeRoom,
    async close() {
      listener.close();
      reserve.release();
      const { promise: empty, resolve } = Promise.withResolvers<void>();
      closing = resolve;
      const timer = setTimeout(resolve, CLOSE_WITHIN_MS);
      for (const each of connections.all()) if (!each.isServed) each.destroy();
      if (connections.all().length > 0) await empty;
      clearTimeout(timer);
      for (const each of connections.all()) each.destroy();
    },
  };
}

/** Tells at most one thing a minute: a crowd must not fill the log as well. */
function tellSeldom(log: Log, elapsedMs: () => number): (message: string, facts: Facts) => void {
  let toldAtMs = -Infinity;
  return (message, facts) => {
    if (elapsedMs() - toldAtMs < TELL_EVERY_MS) return;
    toldAtMs = elapsedMs();
    log.warn(message, facts);
  };
}

function close(tcp: Deno.TcpConn): void {
  try {
    tcp.close();
  } catch {
    // It is closed already.
  }
}
