// Tells machines whether all is well: 200, or 503 with reasons. Nobody has to be logged in; nobody's data is in it. Answers
// without the page, which may be what fails.

import { type HealthFacts, reportOf } from "../lib/page/health_report.ts";
import type { Log } from "../lib/log/log.ts";

/** Returns what answers `/health`: always JSON, also when the facts cannot be had. */
export function createHealthAnswer({ health, log }: {
  readonly health: () => Promise<HealthFacts>;
  readonly log: Log;
}): () => Promise<Response> {
  let fails = false;

  return async () => {
    try {
      const report = reportOf(await health());
      fails = false;
      return Response.json(report, { status: report.ok ? 200 : 503 });
    } catch (error) {
      // A monitor asks every few seconds: only the first failure is news.
      if (!fails) {
        log.error("❌ Состояние бота не узнать: {cause}", {
          cause: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
        });
      }
      fails = true;
      return Response.json({ ok: false, reasons: ["check_failed"] }, { status: 503 });
    }
  };
}
