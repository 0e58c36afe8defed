// The page's server: listens, and builds the page at the first request, so that the bot's start does not wait for it.

import type { Log } from "./log.ts";
import type { WebDeps } from "./web.ts";

export interface PageServer {
  /** Where it listens, without a trailing slash. */
  readonly origin: string;
  close(): Promise<void>;
}

/** Listens for the page; undefined when the address is taken: a bot without a page still takes leads. */
export function servePage(
  { host, port, deps, log }: {
    readonly host: string;
    readonly port: number;
    readonly deps: () => WebDeps;
    readonly log: Log;
  },
): PageServer | undefined {
  let app: Promise<(request: Request, info: Deno.ServeHandlerInfo) => Promise<Response>>;
  const open = async () => (await import("./web.ts")).createApp(deps());
  try {
    const server = Deno.serve(
      { hostname: host, port, onListen: () => {} },
      async (request, info) => (await (app ??= open()))(request, info),
    );
    const { hostname, port: taken } = server.addr;
    const name = hostname.includes(":") ? `[${hostname}]` : hostname;
    return { origin: `http://${name}:${taken}`, close: () => closeWithin(server, CLOSE_WITHIN_MS) };
  } catch (error) {
    log.warn("⚠️ Страницу настроек не открыть на {host}:{port}: {cause}. Бот работает без неё", {
      host,
      port,
      cause: error instanceof Error ? error.message : String(error),
    });
    return undefined;
  }
}

/** How long open requests may take to end, in ms: a form sent by halves must not hold the bot. */
const CLOSE_WITHIN_MS = 1_000;

async function closeWithin(server: Deno.HttpServer, ms: number): Promise<void> {
  const { promise: patience, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  await Promise.race([server.shutdown(), patience]);
  clearTimeout(timer);
}
