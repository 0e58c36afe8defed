// Logout.

import { sessionCookie } from "../lib/page/security.ts";
import { define } from "../lib/page/state.ts";

export const handler = define.handlers({
  async POST(ctx) {
    const { deps, session, origin } = ctx.state;
    await deps.auth.endSession(session.number);
    const response = ctx.redirect("/login", 303);
    response.headers.append("set-cookie", sessionCookie(origin, "", 0));
    return response;
  },
});
