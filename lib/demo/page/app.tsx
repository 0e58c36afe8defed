// The demo's page as one function from request to response: its forms, its events, and the way into the config page.

import { App, createDefine, HttpError } from "fresh";
import { handler as assets } from "../../../routes/assets.ts";
import { readForm } from "../../page/form.ts";
import { type Language, pickLanguage } from "../../page/language.ts";
import { secureHeaders } from "../../page/security.ts";
import type { State } from "../../page/state.ts";
import type { Stage } from "../stage/stage.ts";
import chatStyle from "./chat.css" with { type: "text" };
import crmStyle from "./crm.css" with { type: "text" };
import pageStyle from "./page.css" with { type: "text" };
import phoneStyle from "./phone.css" with { type: "text" };
import script from "./page.js" with { type: "text" };
import { createActions } from "./actions.ts";
import type { ConfigDoor } from "./config_door.ts";
import { awaitReaction, streamMoves } from "./events.ts";
import { refusalOf } from "./gate.ts";
import { STYLES } from "./head.tsx";
import { DemoPage } from "./page.tsx";
import { drawPhoto, imageType } from "./photos.ts";
import { RefusalPage } from "./refusal_page.tsx";
import { DEMO } from "./words.ts";

/** More than the longest message with every letter sent as `%D0%90`. */
const MOST_FORM_BYTES = 64 * 1024;

const SHEETS: Readonly<Record<typeof STYLES[number], string>> = {
  page: pageStyle,
  phone: phoneStyle,
  chat: chatStyle,
  crm: crmStyle,
};

const define = createDefine<State>();

/** What the page is made of. */
export interface DemoAppOptions {
  readonly stage: Stage;
  readonly openConfig: ConfigDoor;
  /** Where the page listens. */
  readonly port: number;
  /** The page's language; null for the browser's. */
  readonly language: Language | null;
}

/** Answers one request. */
export type DemoApp = (request: Request, info?: Deno.ServeHandlerInfo) => Promise<Response>;

/** The demo as one function. The headers of the config page are on every response. */
export function createDemoApp({ stage, openConfig, port, language }: DemoAppOptions): DemoApp {
  const languageOf = (request: Request) =>
    language ?? pickLanguage(request.headers.get("accept-language"));

  const page = define.middleware(async (ctx) =>
    ctx.render(
      <DemoPage stage={stage} links={await stage.links()} language={languageOf(ctx.req)} />,
    )
  );

  const missing = define.middleware((ctx) =>
    ctx.render(<RefusalPage status={404} language={languageOf(ctx.req)} />, { status: 404 })
  );

  const failed = define.middleware((ctx) => {
    const status = ctx.error instanceof HttpError ? ctx.error.status : 500;
    if (status === 500) console.error(ctx.error);
    return ctx.render(<RefusalPage status={status} language={languageOf(ctx.req)} />, { status });
  });

  const config = define.middleware(async (ctx) => {
    const passage = await openConfig(ctx.req, ctx.url.searchParams.get("to") ?? "/");
    if (passage.kind === "closed") throw new HttpError(503);
    const headers = new Headers({ location: passage.location });
    if (passage.kind === "entered" && passage.cookie !== null) {
      headers.set("set-cookie", passage.cookie);
    }
    return new Response(null, { status: 303, headers });
  });

  const app = new App<State>()
    .onError("*", failed)
    .notFound(missing)
    .get("/", (ctx) => ctx.redirect("/demo", 303))
    .get("/demo", page)
    .get("/demo/config", config)
    .get("/demo/events", () => streamMoves(stage))
    .get("/demo/page.js", () => file("text/javascript; charset=utf-8", script))
    .get("/demo/photos/:file", (ctx) => photo(ctx.params["file"] ?? ""))
    .get("/demo/sent/:id", (ctx) => sentPhoto(stage, ctx.params["id"] ?? ""))
    .get("/assets/:name", assets.GET);
  for (const name of STYLES) {
    app.get(`/demo/${name}.css`, () => file("text/css; charset=utf-8", SHEETS[name]));
  }
  for (const [name, act] of Object.entries(createActions(stage))) {
    app.post(`/demo/${name}`, async (ctx) => {
      const form = await readForm(ctx.req, MOST_FORM_BYTES);
      const reaction = awaitReaction(stage);
      const outcome = await act(form);
      // A script hears of the reaction by an event.
      if (outcome !== "sent" || isScript(ctx.req)) reaction.cancel();
      if (outcome === "refused") throw new HttpError(400);
      await reaction.made;
      return ctx.redirect("/demo", 303);
    });
  }

  const handle = app.handler();
  return async (request, info) => {
    const refusal = refusalOf(request, port);
    const response = refusal === undefined
      ? await handle(request, info).catch(() => plain("Bad Request", 400))
      : plain(
        DEMO[languageOf(request)].refusals[refusal](`http://127.0.0.1:${port}/demo`),
        refusal === "foreign_host" ? 421 : 403,
      );
    const policy = response.headers.get("cross-origin-resource-policy");
    secureHeaders(response.headers);
    if (policy !== null) response.headers.set("cross-origin-resource-policy", policy);
    return response;
  };
}

function isScript(request: Request): boolean {
  return request.headers.get("sec-fetch-mode") === "same-origin" ||
    request.headers.get("sec-fetch-mode") === "cors";
}

/** The config page shows profiles' photos too, and has another port: browsers call no address by number a site. */
function photo(name: string): Response {
  const drawn = drawPhoto(name);
  if (drawn === undefined) throw new HttpError(404);
  const response = file("image/svg+xml", drawn);
  response.headers.set("cross-origin-resource-policy", "cross-origin");
  response.headers.set("cache-control", "max-age=3600");
  return response;
}

/** A photo that the bot has sent as bytes. */
function sentPhoto(stage: Stage, fileId: string): Response {
  const source = stage.photoSource(fileId);
  if (source?.kind !== "bytes") throw new HttpError(404);
  return file(imageType(source.bytes), new Uint8Array(source.bytes));
}

function file(type: string, content: string | Uint8Array<ArrayBuffer>): Response {
  return new Response(content, { headers: { "content-type": type } });
}

function plain(text: string, status: number): Response {
  return new Response(`${text}\n`, {
    status,
    headers: { "content-type": "text/plain; charset=utf-8" },
  });
}
