// Stands before the CRM's client and loads it, so that a start does not wait for ky. Knows no more of it than its functions.

import type { Crm, CrmTrial } from "./crm.ts";
import type { CrmOutcome } from "./lead.ts";
import { loadOnce } from "./load_once.ts";
import type { Facts, Log, Mask } from "./log.ts";

export interface CrmLoader extends Crm, CrmTrial {
  /** Loads the client; a rejection is no reason not to try again. */
  load(): Promise<unknown>;
}

export function createCrmLoader(voice: { readonly log: Log; readonly mask: Mask }): CrmLoader {
  let crm: (Crm & CrmTrial) | undefined; // For `close`, which waits for nothing.
  const load = loadOnce(async () => {
    const { createCrm } = await import("./crm.ts");
    return crm = createCrm(voice);
  });

  /** A lead whose POST cannot even be tried goes to the managers, as after any other fault. */
  function unloaded(facts: Facts, error: unknown): CrmOutcome {
    const reason = `клиент CRM не загружен: ${error instanceof Error ? error.message : error}`;
    const outcome = { kind: "unexpected", reason } as const;
    voice.log.error("❌ Неожиданная ошибка при отправке в AmoCRM: {reason}", {
      ...facts,
      outcome: outcome.kind,
      reason,
    });
    return outcome;
  }

  async function whenLoaded<T>(
    use: (crm: Crm & CrmTrial) => Promise<T>,
    otherwise: (error: unknown) => T,
  ): Promise<T> {
    let loaded: Crm & CrmTrial;
    try {
      loaded = await load();
    } catch (error) {
      return otherwise(error);
    }
    return await use(loaded);
  }

  return {
    load,
    sendLead: (request, signal) =>
      whenLoaded(
        (loaded) => loaded.sendLead(request, signal),
        (error) => unloaded(request.facts, error),
      ),
    trySending: (request, signal) =>
      whenLoaded(
        (loaded) => loaded.trySending(request, signal),
        (error) => ({ outcome: unloaded(request.facts, error), answer: "" }),
      ),
    close: () => crm?.close(),
  };
}
