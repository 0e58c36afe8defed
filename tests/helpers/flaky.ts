// A CRM and a Telegram that fail by chance, the same chances in every run.

import type { World } from "./world.ts";

/** The same numbers from 0 to 1 in every run: a failure can be looked at again. */
export function createChance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/**
 * From now on the CRM fails two requests in five, and Telegram one call in ten, before or after it took effect; the returned
 * function ends both.
 */
export function makeFlaky(
  { crm, telegram }: Pick<World, "crm" | "telegram">,
  chance: () => number,
): () => void {
  crm.behave(() => {
    if (chance() > 0.4) return { kind: "answer" };
    return chance() > 0.5
      ? { kind: "answer", status: 500 }
      : chance() > 0.5
      ? { kind: "reset_after_reading" }
      : { kind: "reset_in_body", status: 502 };
  });
  const faults = [
    { kind: "error", error_code: 500, description: "Internal Server Error" },
    { kind: "reset_before" },
    { kind: "reset_after" },
    { kind: "html", status: 502 },
  ] as const;
  const removals = faults.map((fault) =>
    telegram.fault({
      method: ({ method }) =>
        !/^(getUpdates|setWebhook|getWebhookInfo)$/.test(method) && chance() < 0.025,
      fault,
    })
  );
  return () => {
    removals.forEach((remove) => remove());
    crm.behave({ kind: "answer" });
  };
}
