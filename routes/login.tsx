// Login by one-time link, or by password if one is set.

import type { Entry } from "../lib/page/auth.ts";
import { SESSION_MOST_MS } from "../lib/page/auth.ts";
import { field } from "../lib/page/form.ts";
import { sessionCookie } from "../lib/page/security.ts";
import { define, type State } from "../lib/page/state.ts";
import { BarePage } from "./components/page.tsx";
import { LOGIN } from "./words/login.ts";

type View =
  | { readonly kind: "ask" }
  | { readonly kind: "link"; readonly token: string }
  | { readonly kind: "stale" }
  | { readonly kind: "wrong_password" }
  | { readonly kind: "too_many"; readonly waitMs: number };

export const handler = define.handlers({
  async GET(ctx) {
    const token = ctx.url.searchParams.get("token");
    const next = localPath(ctx.url.searchParams.get("next"));
    if (token === null) return ctx.render(<Login state={ctx.state} next={next} />);
    // Link previews send a GET too, so it consumes nothing.
    if (!await ctx.state.deps.auth.isLinkGood(token)) {
      return ctx.render(<Login state={ctx.state} view={{ kind: "stale" }} next={next} />, {
        status: 410,
      });
    }
    return ctx.render(<Login state={ctx.state} view={{ kind: "link", token }} next={next} />);
  },

  async POST(ctx) {
    const { deps: { auth }, form } = ctx.state;
    const token = form.get("token");
    const next = localPath(form.get("next"));
    const device = ctx.req.headers.get("user-agent")?.slice(0, 200) ?? "";
    const visit = { address: ctx.state.address, device };
    const entry: Entry = token === null
      ? await auth.enterByPassword(field(form, "password"), LOGIN.ru.passwordName, visit)
      : await auth.enterByLink(token, visit);

    switch (entry.kind) {
      case "entered": {
        const response = ctx.redirect(next, 303);
        const cookie = sessionCookie(ctx.state.origin, entry.cookie, SESSION_MOST_MS / 1000);
        response.headers.append("set-cookie", cookie);
        return response;
      }
      case "refused": {
        const view = { kind: token === null ? "wrong_password" : "stale" } as const;
        return ctx.render(<Login state={ctx.state} view={view} next={next} />, {
          status: token === null ? 403 : 410,
        });
      }
      case "too_many": {
        const seconds = String(Math.ceil(entry.waitMs / 1000));
        return ctx.render(<Login state={ctx.state} view={entry} next={next} />, {
          status: 429,
          headers: { "retry-after": seconds },
        });
      }
    }
  },
});

/** Where to go after login: always a path of this page, however a browser parses `next`. */
function localPath(next: string | null): string {
  const here = "http://here";
  const url = next?.startsWith("/") ? URL.parse(next, here) : null;
  if (url?.origin !== here || url.pathname === "/login") return "/";
  return url.pathname.replace(/^\/+/, "/") + url.search;
}

function Login(
  { state, view = { kind: "ask" }, next }: {
    readonly state: State;
    readonly view?: View;
    readonly next: string;
  },
) {
  const words = LOGIN[state.language];
  const hasForm = view.kind === "link" || view.kind === "stale";
  return (
    <BarePage language={state.language} title={words.title}>
      {view.kind === "link" && (
        <form method="post" action="/login">
          <p>{words.byLink}</p>
          <input type="hidden" name="token" value={view.token} />
          <input type="hidden" name="next" value={next} />
          <button type="submit" class="wide" autofocus>{words.enter}</button>
        </form>
      )}
      {view.kind === "stale" && (
        <p role="alert">
          <strong>{words.stale}</strong> {words.askAgain}
        </p>
      )}
      {view.kind === "too_many" && (
        <p class="fault" role="alert">{words.tooMany(Math.ceil(view.waitMs / 1000))}</p>
      )}
      {!hasForm && <p>{words.ask}</p>}
      {!hasForm && state.deps.auth.hasPassword && (
        <form method="post" action="/login">
          <p class="hint">{words.orPassword}</p>
          <input type="hidden" name="next" value={next} />
          {/* For password managers. */}
          <input type="text" name="username" value="admin" autocomplete="username" hidden />
          <label>
            {words.password}
            <input
              type="password"
              name="password"
              required
              autocomplete="current-password"
              aria-invalid={view.kind === "wrong_password" ? "true" : undefined}
              aria-describedby="password-fault"
            />
          </label>
          <p class="fault" id="password-fault" role="alert">
            {view.kind === "wrong_password" && words.wrongPassword}
          </p>
          <button type="submit" class="wide">{words.enterByPassword}</button>
        </form>
      )}
    </BarePage>
  );
}
