// The page as the bot starts it: listens, answers /health and /ready by itself, and builds the rest at the first request for it, so
// that the bot's start does not wait for it.

import type { LoginLink } from "./auth.ts";
import type { ReachAmoCrm } from "../crm/amocrm/look.ts";
import type { Crm, CrmTrial } from "../crm/post.ts";
import { isForbiddenTarget, type Lookup } from "../crm/connection.ts";
import { messageOf } from "../log/error_words.ts";
import type { KeptSecrets } from "../crm/kept_secrets.ts";
import type { Journal } from "../journal/journal.ts";
import type { Mask } from "../log/mask.ts";
import { loadOnce } from "./server/open_files.ts";
import { openServer } from "./server/server.ts";
import { answerReady, type NotReady } from "../../routes/ready.ts";
import { createHealthAnswer } from "../../routes/health.ts";
import { ERRORS } from "../../routes/words/errors.ts";
import type { WebDeps } from "./app.ts";
import { pickLanguage } from "./language.ts";
import { secureHeaders } from "./security.ts";
import type { PageConfig } from "./state.ts";

/** How long requests under way may take when the process stops, in ms. */
const DRAIN_WITHIN_MS = 1_000;

/** Loading the page opens about this many files at once. */
const FILES_OF_PAGE = 16;

export interface PageServer {
  /** Where people open it; null where it is not open. */
  address(): string | null;
  /** A one-time link into the page for the person who asked; null where the page is not open. */
  newLoginLink(by: string): Promise<LoginLink | null>;
  /**
   * From now on it answers probes alone, and Telegram that it may try again. Resolves when the page's requests under way are
   * answered, after a second at the latest.
   */
  drain(): Promise<void>;
  close(): Promise<void>;
}

type Built = "auth" | "testWebhook" | "isForbiddenTarget" | "turns" | "secrets" | "amocrm";

export interface PageOptions extends Omit<WebDeps, Built | "journal" | "config"> {
  readonly config: PageConfig & {
    readonly host: string;
    readonly port: number;
    readonly adminPassword: string | null;
    /** Null where the bot asks Telegram for updates. */
    readonly webhook: unknown;
  };
  readonly journal: Journal;
  readonly keptSecrets: KeptSecrets;
  readonly crm: Crm & CrmTrial;
  readonly amoCrm: ReachAmoCrm;
  /** Whether the environment has a proxy for https. */
  readonly isProxied: boolean;
  /** The value of `SECRET_<NAME>`, by name in lower case. */
  readonly environmentSecret: (name: string) => string | undefined;
  readonly mask: Mask;
  /** Told when a one-time link was used. */
  readonly linkUsed: () => void;
  /** What a CRM's name resolves to. */
  readonly lookup: Lookup;
  readonly stopping: AbortSignal;
  /** A monotonic clock for spans, in ms. */
  readonly elapsedMs: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  readonly random: () => number;
  /** Answers a request by which Telegram hands over an update; undefined for any other. */
  readonly answerTelegram: (request: Request) => Promise<Response> | undefined;
  /** Why this process takes nothing now; empty while it does. */
  readonly notReady: () => readonly NotReady[];
  /** Told when files have run out. */
  readonly onFewFiles: () => void;
}

/** Listens for the page. Where the address is taken the log says so, and it is tried again: the bot takes leads without it. */
export function servePage(options: PageOptions): PageServer {
  const { config, log } = options;
  const page = loadOnce(FILES_OF_PAGE, () => buildPage(options), () => void server.makeRoom());
  const answerHealth = createHealthAnswer(options);
  const underWay = new Set<Promise<unknown>>();
  let isDraining = false;
  let fails = false;

  async function answerPage(request: Request, info: Deno.ServeHandlerInfo): Promise<Response> {
    const { app } = await page();
    fails = false;
    return await app(request, info);
  }

  /** Only the first failure is news. */
  function reportFailure(error: unknown): void {
    if (fails) return;
    fails = true;
    log.error("❌ Страница настроек не открылась: {cause}", {
      cause: messageOf(error),
    });
  }

  async function answer(request: Request, info: Deno.ServeHandlerInfo): Promise<Response> {
    const toTelegram = options.answerTelegram(request);
    if (toTelegram !== undefined) return toTelegram;
    const response = isAsked("/ready", request)
      ? answerReady(options.notReady())
      : await answerOrRefuse(request, info);
    secureHeaders(response.headers);
    return response;
  }

  async function answerOrRefuse(
    request: Request,
    info: Deno.ServeHandlerInfo,
  ): Promise<Response> {
    try {
      // Monitors ask for it also when the page cannot be loaded, and most bots are asked for nothing else.
      if (isAsked("/health", request)) return await answerHealth();
      if (isDraining) return refuse(503, request);
      const answering = answerPage(request, info);
      underWay.add(answering);
      return await answering.finally(() => underWay.delete(answering));
    } catch (error) {
      reportFailure(error);
      return refuse(503, request);
    }
  }

  const server = openServer({
    ...options,
    host: config.host,
    port: config.port,
    takesUpdates: config.webhook !== null,
    answer,
    refuse(status) {
      const response = refuse(status);
      secureHeaders(response.headers);
      return response;
    },
  });
  /** PUBLIC_URL, or what it listens on. */
  function origin(): string | null {
    const address = server.address();
    return address === undefined ? null : config.publicUrl ?? originOf(address);
  }

  return {
    address: origin,
    async newLoginLink(by) {
      const address = server.address();
      if (address === undefined) return null;
      const { auth, loginLink, linkHash, LINK_MS } = await page();
      const expiresAtMs = options.now() + LINK_MS;
      const token = await auth.issueLink(by);
      return {
        url: loginLink(config.publicUrl ?? originOf(address), token),
        isLocal: config.publicUrl === null && isLocal(address.hostname),
        hash: linkHash(token),
        askedBy: by,
        expiresAtMs,
      };
    },
    async drain() {
      isDraining = true;
      const { promise: late, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, DRAIN_WITHIN_MS);
      await Promise.race([Promise.allSettled(underWay), late]);
      clearTimeout(timer);
    },
    close: server.close,
  };
}

/** Whether a probe asks at a path, which needs nothing of the page. */
function isAsked(path: string, { method, url }: Request): boolean {
  return (method === "GET" || method === "HEAD") && new URL(url).pathname === path;
}

/** The answer where the page's own cannot be had. */
function refuse(status: 400 | 405 | 417 | 503, request?: Request): Response {
  const words = ERRORS[pickLanguage(request?.headers.get("accept-language") ?? null)];
  const { title, text } = status === 503 ? words.defect : words.badAddress;
  const headers = { "content-type": "text/plain; charset=utf-8" };
  return new Response(`${title}. ${text}\n`, { status, headers });
}

async function buildPage(options: PageOptions) {
  const { config, journal, lookup, sleep, stopping, now, elapsedMs, linkUsed } = options;
  const [
    { createAuth, LINK_MS, linkHash, loginLink },
    { createAmoCrmLook },
    { createWebhookTrial },
    { createPageSecrets },
    { createApp },
    { createTurns },
  ] = await Promise.all([
    import("./auth.ts"),
    import("../crm/amocrm/look.ts"),
    import("../crm/webhook_trial.ts"),
    import("./secrets.ts"),
    import("./app.ts"),
    import("./turns.ts"),
  ]);
  const { committed } = journal;
  const { adminPassword: password } = config;
  const auth = createAuth({ records: journal, committed, password, now, elapsedMs, linkUsed });
  const newId = () => crypto.randomUUID();
  const testWebhook = createWebhookTrial({ ...options, newId });
  const turns = createTurns(elapsedMs);
  const look = createAmoCrmLook({ ...options, ...options.amoCrm });
  const { environmentSecret: environment, mask } = options;
  return {
    auth,
    LINK_MS,
    linkHash,
    loginLink,
    app: createApp({
      ...options,
      auth,
      testWebhook,
      secrets: createPageSecrets({ secrets: options.keptSecrets, environment, mask, now }),
      amocrm: { look: (at) => look(at, stopping) },
      isForbiddenTarget: (address) => isForbiddenTarget(address, lookup, sleep),
      turns,
    }),
  };
}

/** Whether a link with this address would, on another machine, lead to that machine. */
function isLocal(hostname: string): boolean {
  return /^(127\..*|0\.0\.0\.0|::1?|localhost)$/.test(hostname);
}

function originOf({ hostname, port }: Deno.NetAddr): string {
  return `http://${hostname.includes(":") ? `[${hostname}]` : hostname}:${port}`;
}
