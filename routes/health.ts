// `/health`: 200, or 503 with reasons. Needs no login, contains no personal data, and does not load the page, which may be
// what fails.

import { type HealthFacts, reportOf } from "../lib/page/health_report.ts";
import type { Log } from "../lib/log/log.ts";
import { VERSION } from "../lib/version.ts";

/** Creates the handler of `/health`. Its answer is JSON even when the facts cannot be read. */
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
      // Monitors ask every few seconds: log only the first failure.
      if (!fails) {
        log.error("❌ Состояние бота не узнать: {cause}", {
          cause: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
        });
      }
      fails = true;
      const report = { ok: false, version: VERSION, reasons: ["check_failed"] };
      return Response.json(report, { status: 503 });
    }
  };
}
