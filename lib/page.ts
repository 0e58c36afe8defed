// The page's server: listens, and builds the page when somebody first asks for it, so that the bot's start does not wait for it.

import type { LoginLink } from "./bot/admin.ts";
import type { Config } from "./config.ts";
import type { Crm, CrmTrial } from "./crm.ts";
import type { Lookup } from "./crm_connection.ts";
import type { Journal } from "./journal.ts";
import type { Log } from "./log.ts";
import type { WebDeps } from "./web.ts";

/** How long open requests may take to end, in ms: a form sent by halves must not hold the bot. */
const CLOSE_WITHIN_MS = 1_000;

export interface PageServer {
  /** A one-time link into the page for who asked; null where the page is not open. */
  newLoginLink(by: string): Promise<LoginLink | null>;
  close(): Promise<void>;
}

type Built = "auth" | "testWebhook" | "turns";

export interface PageOptions extends Omit<WebDeps, Built | "journal" | "config"> {
  readonly config: Config;
  readonly journal: Journal;
  readonly crm: Crm & CrmTrial;
  /** Told when somebody came in by a link. */
  readonly linkUsed: () => void;
  /** What a CRM's name resolves to. */
  readonly lookup: Lookup;
  readonly stopping: AbortSignal;
  /** A clock that nobody sets. */
  readonly elapsedMs: () => number;
  readonly sleep: (ms: number) => Promise<void>;
}

/** Listens for the page. Where the address is taken the log says so, and there is none: the bot still takes leads. */
export function servePage(options: PageOptions): PageServer {
  const { config, log } = options;
  const page = loadOnce(() => buildPage(options));
  const server = listen(config, log, async (request, info) => (await page()).app(request, info));
  if (server === undefined) {
    return { newLoginLink: () => Promise.resolve(null), close: () => Promise.resolve() };
  }
  return {
    async newLoginLink(by) {
      const { auth, loginLink, linkHash, LINK_MS } = await page();
      const expiresAtMs = options.now() + LINK_MS;
      const token = await auth.issueLink(by);
      return {
        url: loginLink(config.publicUrl ?? originOf(server.addr), token),
        isLocal: config.publicUrl === null && isLocal(server.addr.hostname),
        hash: linkHash(token),
        askedBy: by,
        expiresAtMs,
      };
    },
    async close() {
      const { promise: patience, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, CLOSE_WITHIN_MS);
      await Promise.race([server.shutdown(), patience]);
      clearTimeout(timer);
    },
  };
}

/**
 * Returns what loads it when it is first needed, and once; a load that failed is tried again with the next need.
 * A module that Deno could not load stays so for the life of the process.
 */
function loadOnce<T>(load: () => Promise<T>): () => Promise<T> {
  let loaded: Promise<T> | undefined;
  return () =>
    loaded ??= load().catch((error) => {
      loaded = undefined;
      throw error;
    });
}

async function buildPage(options: PageOptions) {
  const { config, journal, crm, lookup, stopping, now } = options;
  const [
    { createAuth, LINK_MS, linkHash, loginLink },
    { createWebhookTrial },
    { createApp },
    { createTurns },
  ] = await Promise.all([
    import("./auth.ts"),
    import("./webhook_trial.ts"),
    import("./web.ts"),
    import("./web/turns.ts"),
  ]);
  const { committed } = journal;
  const { linkUsed } = options;
  const auth = createAuth({
    records: journal,
    committed,
    password: config.adminPassword,
    now,
    linkUsed,
  });
  const newId = () => crypto.randomUUID();
  const testWebhook = createWebhookTrial({ crm, lookup, newId, now, stopping });
  const nextRound = () => new Promise<void>((resolve) => void setImmediate(resolve));
  const turns = createTurns({ ...options, nextRound });
  return {
    auth,
    LINK_MS,
    linkHash,
    loginLink,
    app: createApp({ ...options, auth, testWebhook, turns }),
  };
}

function listen(
  { host, port }: Config,
  log: Log,
  handler: Deno.ServeHandler<Deno.NetAddr>,
): Deno.HttpServer<Deno.NetAddr> | undefined {
  try {
    return Deno.serve({ hostname: host, port, onListen: () => {} }, handler);
  } catch (error) {
    log.warn("⚠️ Страницу настроек не открыть на {host}:{port}: {cause}. Бот работает без неё", {
      host,
      port,
      cause: error instanceof Error ? error.message : String(error),
    });
    return undefined;
  }
}

/** Whether an address that is listened on means, in somebody else's browser, their own machine. */
function isLocal(hostname: string): boolean {
  return /^(127\..*|0\.0\.0\.0|::1?|localhost)$/.test(hostname);
}

function originOf({ hostname, port }: Deno.NetAddr): string {
  return `http://${hostname.includes(":") ? `[${hostname}]` : hostname}:${port}`;
}
