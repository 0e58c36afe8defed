// The middlewares that a request passes before its handler.

import { HttpError, type Middleware } from "fresh";
import { createDayCounts } from "./day_counts.ts";
import { createFailuresOf } from "./failing_crms.ts";
import { createLookAtToday } from "./today.ts";
import { createKnownAccounts } from "./known_accounts.ts";
import { field, readForm } from "./form.ts";
import { pickLanguage } from "./language.ts";
import { addressOf, isFromOwnPage, ownOrigin, readSessionCookie } from "./security.ts";
import { define, type State, type WebDeps } from "./state.ts";
import { MOST_BEFORE_STRANGERS, MOST_WAITING } from "./turns.ts";
import { createUploads } from "./uploads.ts";
import { createTypedSecrets } from "./typed_secrets.ts";

/** The name of the hidden field that carries the session's form token. */
export const FORM_TOKEN = "form_token";

/** The name of the hidden field that tells a form's openings apart. */
export const FORM_ID_FIELD = "form_id";

/** The forms that may carry a photo. */
const WITH_PHOTO = /^\/profiles\/[^/]+(\/photo)?$/;

/** In bytes; no password or link is longer. */
const MOST_LOGIN_BYTES = 8 * 1024;

/** In UTF-16 units; a form's id is a UUID. */
const MOST_ID_CHARACTERS = 36;

/** Fills the state with the dependencies and the request's language, origin and address. */
export function introduce(deps: WebDeps): Middleware<State> {
  const { journal, config: { timeZone }, now } = deps;
  const dayCounts = createDayCounts({ journal, timeZone, now });
  const lookAtToday = createLookAtToday({ journal, timeZone, now });
  const failuresOf = createFailuresOf({ journal, now });
  const typedSecrets = createTypedSecrets(now);
  const knownAccounts = createKnownAccounts();
  const uploads = createUploads();
  return define.middleware((ctx) => {
    ctx.state.deps = deps;
    ctx.state.dayCounts = dayCounts;
    ctx.state.lookAtToday = lookAtToday;
    ctx.state.failuresOf = failuresOf;
    ctx.state.typedSecrets = typedSecrets;
    ctx.state.knownAccounts = knownAccounts;
    ctx.state.uploads = uploads;
    ctx.state.language = pickLanguage(ctx.req.headers.get("accept-language"));
    ctx.state.origin = ownOrigin(ctx.req, deps.config);
    ctx.state.address = addressOf(ctx.req, ctx.info, deps.config);
    return ctx.next();
  });
}

/** Refuses writes from other origins: a cookie alone does not prove who sent the form. */
export const refuseForeign = define.middleware((ctx) => {
  if (isReading(ctx.req) || isFromOwnPage(ctx.req, ctx.state.origin)) return ctx.next();
  throw new HttpError(403, "foreign");
});

/** Requires a session. A GET is redirected to the login; a POST gets 401, because a redirect would lose the form. */
export const requireSession = define.middleware(async (ctx) => {
  const { deps, origin } = ctx.state;
  const cookie = readSessionCookie(ctx.req, origin);
  const session = cookie === undefined ? undefined : await deps.auth.findSession(cookie);
  if (cookie !== undefined && session !== undefined) {
    ctx.state.session = session;
    ctx.state.formToken = deps.auth.formToken(cookie);
    return ctx.next();
  }
  if (!isReading(ctx.req)) throw new HttpError(401);
  const { pathname, search } = ctx.url;
  const next = pathname === "/" ? "" : `?next=${encodeURIComponent(pathname + search)}`;
  return ctx.redirect(`/login${next}`, 303);
});

/** Long forms: with an outdated token they are drawn again instead of losing what was typed. */
const LONG_FORMS = /^\/(menu|profiles\/[^/]+(\/languages\/[^/]+)?)$/;

/**
 * Reads a posted form and checks the session's token in it. A long form without the token, as after a new login in
 * another tab, is only drawn again: any button counts as "show".
 */
export const requireForm = define.middleware(async (ctx) => {
  ctx.state.formId = crypto.randomUUID();
  if (isReading(ctx.req)) return ctx.next();
  const { form, file } = WITH_PHOTO.test(ctx.url.pathname) && isMultipart(ctx.req)
    ? await ctx.state.uploads.read(ctx.req)
    : { form: await readForm(ctx.req), file: null };
  const { deps, origin } = ctx.state;
  const cookie = readSessionCookie(ctx.req, origin) ?? "";
  ctx.state.form = form;
  ctx.state.file = file;
  ctx.state.formId = field(form, FORM_ID_FIELD).slice(0, MOST_ID_CHARACTERS);
  ctx.state.isFormStale = !deps.auth.isFormToken(cookie, field(form, FORM_TOKEN));
  if (ctx.state.isFormStale && !LONG_FORMS.test(ctx.url.pathname)) throw new HttpError(403, "form");
  if (ctx.state.isFormStale) form.set("do", "show");
  return ctx.next();
});

/** Lets a request compute when it is the page's turn beside the bot. Waiting here delays no other request. */
export const inTurn = inTurnAmong(MOST_WAITING);

/** The same for strangers. */
const strangerInTurn = inTurnAmong(MOST_BEFORE_STRANGERS);

/**
 * Reads the form that asks to come in, and lets it compute in turn. Who shows a link that is good goes ahead: however many
 * strangers crowd the way in, a manager's link works.
 */
export const linkOrStrangerInTurn = define.middleware(async (ctx) => {
  if (!isReading(ctx.req)) ctx.state.form = await readForm(ctx.req, MOST_LOGIN_BYTES);
  const token = (ctx.state.form ?? ctx.url.searchParams).get("token");
  if (token !== null && await ctx.state.deps.auth.isLinkGood(token)) return ctx.next();
  return strangerInTurn(ctx);
});

function inTurnAmong(most: number): Middleware<State> {
  return define.middleware((ctx) => {
    const { turns } = ctx.state.deps;
    if (turns.isCrowded(most)) throw new HttpError(503);
    return turns.take(() => ctx.next());
  });
}

function isMultipart({ headers }: Request): boolean {
  return headers.get("content-type")?.toLowerCase().startsWith("multipart/") ?? false;
}

function isReading({ method }: Request): boolean {
  return method === "GET" || method === "HEAD" || method === "OPTIONS";
}
