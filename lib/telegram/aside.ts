// The log line for updates that cannot be read and are passed over.

import type { Log } from "../log/log.ts";
import type { Aside } from "./updates.ts";

/** Logs each. */
export function reportAside(aside: readonly Aside[], log: Log): void {
  for (const { id, fault } of aside) {
    log.error("❌ Обновление {update} не разобрать, оно пропущено: {fault}", {
      update: id ?? "без номера",
      fault,
    });
  }
}
