// Tells machines whether all is well: 200, or 503 with reasons. Nobody has to be logged in; nobody's data is in it.

import { reportOf } from "../lib/health.ts";
import { define } from "../lib/web/state.ts";

export const handler = define.handlers({
  async GET(ctx) {
    const report = reportOf(await ctx.state.deps.health());
    return ctx.json(report, { status: report.ok ? 200 : 503 });
  },
});
