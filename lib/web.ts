// The config page as one function from request to response: the order of the steps, every route by its name.
//
// Adding a route:
//   1. routes/<name>.tsx exports `handler = define.handlers({ GET, POST })`; it takes what it needs from
//      `ctx.state` (deps, language, session; for a POST also form) and draws with
//      `ctx.render(<Page frame={frameOf(ctx)} title={…}>…</Page>)`. After a POST it answers `ctx.redirect(…, 303)`.
//   2. Its words stand in routes/words/<name>.ts, made by `bilingual(ru, en)`.
//   3. What it needs of the house is added to `WebDeps` (lib/web/state.ts), as functions or as a `Pick`.
//   4. It is registered below by path; before `requireSession` only if anybody may see it.
// A form is a POST with <FormToken frame={frame} /> in it; `field(ctx.state.form, name)` reads it. A refusal
// is thrown as `new HttpError(404)`; routes/errors.tsx has a sentence for it. Shared parts are in routes/components/.

import { App } from "fresh";
import { handler as assets } from "../routes/assets.ts";
import { errorPage, malformedAddress } from "../routes/errors.tsx";
import { handler as login } from "../routes/login.tsx";
import { handler as logout } from "../routes/logout.ts";
import { handler as menu, preview as menuPreview } from "../routes/menu.tsx";
import { move, newProfile, remove, rename } from "../routes/profile_list.tsx";
import { handler as profile, preview } from "../routes/profile.tsx";
import { handler as profiles } from "../routes/profiles.tsx";
import { handler as sessions } from "../routes/sessions.tsx";
import { compressPage } from "./web/compression.ts";
import { secureHeaders } from "./web/security.ts";
import type { State, WebDeps } from "./web/state.ts";
import { introduce, refuseForeign, requireForm, requireSession } from "./web/steps.ts";

export type { Trouble, WebDeps } from "./web/state.ts";

export type Handler = (request: Request, info?: Deno.ServeHandlerInfo) => Promise<Response>;

/** Builds the page. The returned function never rejects, and puts the security headers on every response. */
export function createApp(deps: WebDeps): Handler {
  const app = new App<State>()
    .onError("*", errorPage)
    .notFound(errorPage)
    .use(introduce(deps), refuseForeign)
    // For anybody:
    .get("/assets/:name", assets.GET)
    .get("/login", login.GET)
    .post("/login", login.POST)
    // For who is logged in:
    .use(requireSession, requireForm)
    .post("/logout", logout.POST)
    .get("/sessions", sessions.GET)
    .post("/sessions", sessions.POST)
    .get("/", profiles.GET)
    .get("/profiles/:key", profile.GET)
    .post("/profiles/:key", profile.POST)
    .post("/profiles/:key/preview", preview.POST)
    .get("/new-profile", newProfile.GET)
    .post("/new-profile", newProfile.POST)
    .post("/profiles/:key/move", move.POST)
    .get("/profiles/:key/rename", rename.GET)
    .post("/profiles/:key/rename", rename.POST)
    .get("/profiles/:key/delete", remove.GET)
    .post("/profiles/:key/delete", remove.POST)
    .get("/menu", menu.GET)
    .post("/menu", menu.POST)
    .post("/menu/preview", menuPreview.POST);

  const handle = app.handler();
  return async (request, info) => {
    const response = await answer(request, () => handle(request, info));
    const page = await compressPage(request, response);
    secureHeaders(page.headers);
    return page;
  };
}

/** Fresh throws on a malformed `%` in a path, outside its own error page. */
async function answer(request: Request, handle: () => Promise<Response>): Promise<Response> {
  try {
    return await handle();
  } catch (error) {
    if (error instanceof URIError) return malformedAddress(request);
    throw error;
  }
}
