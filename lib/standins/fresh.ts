// The part of Fresh that this bot uses, for where the package is out of reach: names and behaviour of
// @fresh/core 2.3. Draws with preact-render-to-string; knows nothing of the bot.
//
// Not imitated in what is drawn: `data-frsh-key` on keyed elements, comments round keyed components,
// `aria-current` and `data-current` on links of h() or with spread attributes, nonces, `?__frsh_c=` on images,
// and what `?fresh-partial=true` adds.

import type { VNode } from "preact";
import { renderToString } from "preact-render-to-string";

/** Answers a request, or hands it on with `ctx.next()`. */
export type Middleware<State> = (ctx: Context<State>) => Response | Promise<Response>;

export type { Context };

/** Passes requests through middlewares to the handlers of their path. */
export class App<State> {
  readonly #middlewares: Middleware<State>[] = [];
  readonly #fixed = new Map<string, Route<State>>();
  readonly #patterns = new Map<string, Route<State>>();
  #errorPage: Middleware<State> | null = null;
  #notFoundPage: Middleware<State> | null = null;

  /** Middlewares for every route that is registered later, and for requests that meet no route. */
  use(...middlewares: Middleware<State>[]): this {
    this.#middlewares.push(...middlewares);
    return this;
  }

  /** Handlers for GET and HEAD at this path; parameters are written `/leads/:id`. */
  get(path: string, ...handlers: Middleware<State>[]): this {
    return this.#add("GET", path, handlers);
  }

  /** Handlers for POST at this path. */
  post(path: string, ...handlers: Middleware<State>[]): this {
    return this.#add("POST", path, handlers);
  }

  /** Answers unmatched paths and every thrown `HttpError` 404; may be registered anywhere. */
  notFound(page: Middleware<State>): this {
    this.#notFoundPage = page;
    return this;
  }

  /** Answers what routes registered later throw, and a 405; the error is in `ctx.error`. */
  onError(_path: "*", page: Middleware<State>): this {
    this.#errorPage = page;
    return this;
  }

  /** The app as one function. It rejects with `URIError` on a malformed `%` in a parameter. */
  handler(): (request: Request, info?: Deno.ServeHandlerInfo) => Promise<Response> {
    const unrouted = compose([this.#guard(this.#errorPage), ...this.#middlewares]);
    return async (request, info = NO_CONNECTION) => {
      const url = new URL(request.url);
      url.pathname = url.pathname.replace(/\/+/g, "/");
      const method = request.method.toUpperCase();
      const { route, groups } = this.#find(url);
      const chain = route?.chains.get(method === "HEAD" ? "GET" : method);
      const params = decodeParams(chain === undefined ? {} : groups);
      const last = chain === undefined ? lastStep(method, route) : () => refuse(404);
      const ctx = new Context<State>(request, url, info, params, last);
      try {
        const response: unknown = await (chain ?? unrouted)(ctx);
        if (!(response instanceof Response)) {
          throw new TypeError(`Cannot answer ${method}: the handler returned no Response`);
        }
        return method === "HEAD" ? new Response(null, response) : response;
      } catch (error) {
        ctx.error = error;
        return defaultResponse(error);
      }
    };
  }

  #add(method: string, path: string, handlers: Middleware<State>[]): this {
    const steps = [this.#guard(this.#errorPage), ...this.#middlewares];
    // Fresh guards every path segment, so only the root's 404 passes the middlewares unanswered.
    if (!/^\/?\*?$/.test(path)) steps.push(this.#guard(null));
    const isPattern = /[*:{}+?()]/.test(path);
    const routes = isPattern ? this.#patterns : this.#fixed;
    const pattern = isPattern ? new URLPattern({ pathname: path }) : null;
    const route = routes.get(path) ?? { pattern, chains: new Map<string, Middleware<State>>() };
    routes.set(path, route);
    if (!route.chains.has(method)) route.chains.set(method, compose([...steps, ...handlers]));
    return this;
  }

  #find(url: URL): { route?: Route<State>; groups?: Groups } {
    const { pathname } = url;
    const twin = pathname.endsWith("/") ? pathname.slice(0, -1) : `${pathname}/`;
    const fixed = this.#fixed.get(pathname) ?? this.#fixed.get(twin);
    if (fixed !== undefined) return { route: fixed };
    for (const route of this.#patterns.values()) {
      const match = route.pattern?.exec(url);
      if (match) return { route, groups: match.pathname.groups };
    }
    return {};
  }

  #guard(errorPage: Middleware<State> | null): Middleware<State> {
    return async (ctx) => {
      try {
        return await ctx.next();
      } catch (error) {
        const isNotFound = error instanceof HttpError && error.status === 404;
        const page = isNotFound && this.#notFoundPage !== null ? this.#notFoundPage : errorPage;
        if (page === null) throw error;
        return await page(ctx);
      }
    };
  }
}

/** What a middleware gets: the request, and the ways to answer it. Unique to one request. */
class Context<State> {
  /** Empty at first; the middlewares fill it. */
  readonly state: State = {} as State;
  /** What was thrown, once something was. */
  error: unknown = null;

  constructor(
    readonly req: Request,
    readonly url: URL,
    readonly info: Deno.ServeHandlerInfo,
    /** Decoded as by `decodeURI`: an encoded slash stays encoded. */
    readonly params: Record<string, string>,
    /** Runs the rest of the chain. */
    public next: Next,
  ) {}

  /** Redirects; a path never leaves the site, `//other.example` becomes `/other.example`. */
  redirect(to: string, status = 302): Response {
    const cut = to.includes("?") ? to.indexOf("?") : to.indexOf("#");
    const path = cut === -1 ? to : to.slice(0, cut);
    const location = to.startsWith("/") ? path.replace(/\/+/g, "/") + to.slice(path.length) : to;
    return new Response(null, { status, headers: { location } });
  }

  /** Draws an element as a whole document: adds the doctype, and html, head and body where missing. */
  render(vnode: VNode, init: ResponseInit = {}): Promise<Response> {
    return Promise.try(() => {
      const headers = new Headers(init.headers);
      headers.set("content-type", "text/html; charset=utf-8");
      return new Response(completeDocument(renderToString(vnode)), { ...init, headers });
    });
  }

  /** Answers with plain text, unless `init` names another content type. */
  text(content: string, init?: ResponseInit): Response {
    return new Response(content, init);
  }
}

/** Thrown to end a request with a status; without a message, the answer is the status's text. */
export class HttpError extends Error {
  status: ErrorStatus;

  constructor(status: ErrorStatus, message?: string, options?: ErrorOptions) {
    super(message, options);
    this.name = this.constructor.name;
    this.status = status;
  }
}

/** Helpers that return what they get, for the types alone. */
export interface Define<State> {
  handlers<Given extends Handlers<State>>(handlers: Given): Given;
  middleware(middleware: Middleware<State>): Middleware<State>;
}

/** Ties {@linkcode Define} to the app's state. */
export function createDefine<State>(): Define<State> {
  return {
    handlers: (handlers) => handlers,
    middleware: (middleware) => middleware,
  };
}

type Handlers<State> = { readonly [M in "GET" | "POST"]?: Middleware<State> };
type Next = () => Promise<Response>;
type Groups = Record<string, string | undefined>;

interface Route<State> {
  readonly pattern: URLPattern | null;
  /** What runs, by method. */
  readonly chains: Map<string, Middleware<State>>;
}

function compose<State>(steps: Middleware<State>[]): Middleware<State> {
  async function run(index: number, ctx: Context<State>, last: Next): Promise<Response> {
    const step = steps[index];
    if (step === undefined) return await last();
    ctx.next = index + 1 < steps.length ? () => run(index + 1, ctx, last) : last;
    try {
      return await step(ctx);
    } catch (error) {
      ctx.error = error;
      throw error;
    }
  }
  return (ctx) => run(0, ctx, ctx.next);
}

function lastStep<State>(method: string, route: Route<State> | undefined): Next {
  if (route === undefined) return () => refuse(404);
  if (method !== "OPTIONS") return () => refuse(405);
  const headers = { allow: [...route.chains.keys()].join(", ") };
  return () => Promise.resolve(new Response(null, { status: 204, headers }));
}

function refuse(status: ErrorStatus): never {
  throw new HttpError(status);
}

function decodeParams(groups: Groups = {}): Record<string, string> {
  const params: Record<string, string> = Object.create(null);
  for (const [name, value] of Object.entries(groups)) params[name] = decodeURI(value ?? "");
  return params;
}

function completeDocument(drawn: string): string {
  let html = drawn;
  if (!/<body[\s>]/.test(drawn)) html = `<body>${html}</body>`;
  if (!/<head[\s>]/.test(drawn)) html = `<head><meta charset="utf-8"/></head>${html}`;
  if (!/<html[\s>]/.test(drawn)) html = `<html>${html}</html>`;
  return `<!DOCTYPE html>${html}`;
}

function defaultResponse(error: unknown): Response {
  const refusal = error instanceof HttpError ? error : null;
  if (refusal === null || refusal.status >= 500) console.error(error);
  if (refusal === null) return new Response("Internal server error", { status: 500 });
  return new Response(refusal.message || STATUS_TEXT[refusal.status], { status: refusal.status });
}

/** Fresh's stand-in for a connection, where a test calls the handler without one. */
const NO_CONNECTION: Deno.ServeHandlerInfo = {
  remoteAddr: { transport: "tcp", hostname: "localhost", port: 1234 },
  completed: Promise.resolve(),
};

/** The texts of the error statuses that this bot answers with, in Fresh's wording. */
const STATUS_TEXT = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  409: "Conflict",
  413: "Content Too Large",
  415: "Unsupported Media Type",
  429: "Too Many Requests",
  503: "Service Unavailable",
} as const;

type ErrorStatus = keyof typeof STATUS_TEXT;
