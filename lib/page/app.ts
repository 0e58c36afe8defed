// The page as one function from request to response: the order of the steps, and every route.
//
// Adding a route:
//   1. routes/<name>.tsx exports `handler = define.handlers({ GET, POST })`; it takes what it needs from
//      `ctx.state` (deps, language, session; for a POST also form) and draws with
//      `ctx.render(<Page frame={frameOf(ctx)} title={…}>…</Page>)`. After a POST it answers `ctx.redirect(…, 303)`.
//   2. Its words are in routes/words/<name>.ts, made by `bilingual(ru, en)`.
//   3. What it needs from the bot is added to `WebDeps` (lib/page/state.ts), as functions or as a `Pick`.
//   4. It is registered below by path; before `requireSession` only if it needs no login. What takes long by
//      itself is cut into portions, each in a turn of its own (`ctx.state.deps.turns`).
// A form is a POST with <FormToken frame={frame} /> in it; `field(ctx.state.form, name)` reads it. A refusal
// is thrown as `new HttpError(404)`; routes/errors.tsx has a sentence for it. Shared parts are in routes/components/.

import { App } from "fresh";
import { handler as assets } from "../../routes/assets.ts";
import { errorPage, malformedAddress } from "../../routes/errors.tsx";
import { createHealthAnswer } from "../../routes/health.ts";
import { handler as history, menuHistory } from "../../routes/history.tsx";
import { handler as lead } from "../../routes/lead.tsx";
import { handler as eraseLead } from "../../routes/lead_erase.tsx";
import { handler as leads } from "../../routes/leads.tsx";
import { handler as leadsCsv } from "../../routes/leads_csv.ts";
import { handler as login } from "../../routes/login.tsx";
import { handler as logout } from "../../routes/logout.ts";
import {
  handler as menuTranslation,
  preview as menuTranslationPreview,
} from "../../routes/menu_translation.tsx";
import { handler as menu, preview as menuPreview } from "../../routes/menu.tsx";
import { handler as metrics } from "../../routes/metrics.ts";
import { keyOfName, move, newProfile, remove, rename } from "../../routes/profile_list.tsx";
import { photo, uploadPhoto } from "../../routes/photo.tsx";
import { handler as profile, preview } from "../../routes/profile.tsx";
import { pause, publish, resume } from "../../routes/profile_state.tsx";
import { handler as profiles } from "../../routes/profiles.tsx";
import { png as qrPng, svg as qrSvg } from "../../routes/qr.ts";
import { handler as sessions } from "../../routes/sessions.tsx";
import { handler as sources } from "../../routes/sources.tsx";
import { handler as undo } from "../../routes/undo.tsx";
import {
  handler as translation,
  preview as translationPreview,
} from "../../routes/translation.tsx";
import { compressPage } from "./compression.ts";
import { measurePage } from "./page_times.ts";
import { secureHeaders } from "./security.ts";
import type { State, WebDeps } from "./state.ts";
import {
  introduce,
  inTurn,
  linkOrStrangerInTurn,
  refuseForeign,
  requireForm,
  requireSession,
} from "./steps.ts";

export type { Trouble, WebDeps } from "./state.ts";

export type Handler = (request: Request, info?: Deno.ServeHandlerInfo) => Promise<Response>;

/** Builds the page. The returned function puts the security headers on every response. */
export function createApp(deps: WebDeps): Handler {
  const app = new App<State>()
    .onError("*", errorPage)
    .notFound(errorPage)
    .use(introduce(deps), refuseForeign)
    // Without a login, and at once:
    .get("/assets/:name", assets.GET)
    .get("/health", createHealthAnswer(deps))
    .get("/metrics", metrics.GET)
    .get("/login", linkOrStrangerInTurn, login.GET)
    .post("/login", linkOrStrangerInTurn, login.POST)
    // With a login, in turn:
    .use(requireSession, requireForm, inTurn)
    .post("/logout", logout.POST)
    .get("/sessions", sessions.GET)
    .post("/sessions", sessions.POST)
    .get("/", profiles.GET)
    .get("/profiles/:key", profile.GET)
    .post("/profiles/:key", profile.POST)
    .post("/profiles/:key/preview", preview.POST)
    .post("/profiles/:key/photo", uploadPhoto.POST)
    .get("/media/:name", photo.GET)
    .get("/profiles/:key/languages/:language", translation.GET)
    .post("/profiles/:key/languages/:language", translation.POST)
    .post("/profiles/:key/languages/:language/preview", translationPreview.POST)
    .get("/new-profile", newProfile.GET)
    .post("/new-profile", newProfile.POST)
    .get("/new-profile/key", keyOfName.GET)
    .get("/profiles/:key/qr.svg", qrSvg.GET)
    .get("/profiles/:key/qr.png", qrPng.GET)
    .get("/profiles/:key/sources", sources.GET)
    .post("/profiles/:key/move", move.POST)
    .get("/profiles/:key/publish", publish.GET)
    .post("/profiles/:key/publish", publish.POST)
    .get("/profiles/:key/pause", pause.GET)
    .post("/profiles/:key/pause", pause.POST)
    .post("/profiles/:key/resume", resume.POST)
    .get("/profiles/:key/rename", rename.GET)
    .post("/profiles/:key/rename", rename.POST)
    .get("/profiles/:key/delete", remove.GET)
    .post("/profiles/:key/delete", remove.POST)
    .get("/profiles/:key/history", history.GET)
    .post("/profiles/:key/history", history.POST)
    .post("/undo", undo.POST)
    .get("/leads", leads.GET)
    .get("/leads.csv", leadsCsv.GET)
    .get("/leads/:number", lead.GET)
    .post("/leads/:number", lead.POST)
    .get("/leads/:number/erase", eraseLead.GET)
    .post("/leads/:number/erase", eraseLead.POST)
    .get("/menu", menu.GET)
    .post("/menu", menu.POST)
    .post("/menu/preview", menuPreview.POST)
    .get("/menu/languages/:language", menuTranslation.GET)
    .post("/menu/languages/:language", menuTranslation.POST)
    .post("/menu/languages/:language/preview", menuTranslationPreview.POST)
    .get("/menu/history", menuHistory.GET)
    .post("/menu/history", menuHistory.POST);

  const handle = app.handler();

  async function answer(request: Request, info?: Deno.ServeHandlerInfo): Promise<Response> {
    const isHead = request.method === "HEAD";
    // Fresh answers HEAD as GET and forgets the body, so that its file or query would stay open.
    const asked = isHead ? new Request(request, { method: "GET" }) : request;
    const response = await handle(asked, info).catch((error) => {
      // Fresh throws on a malformed `%` in a path, without its error page.
      if (error instanceof URIError) return malformedAddress(request);
      throw error;
    });
    const page = await compressPage(request, response);
    secureHeaders(page.headers);
    if (!isHead) return page;
    await page.body?.cancel();
    return new Response(null, page);
  }

  return (request, info) => measurePage(request, deps, () => answer(request, info));
}
