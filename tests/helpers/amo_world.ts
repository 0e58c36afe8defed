// A story's world in which a profile's leads go straight to a simulated amoCRM.

import { type AmoCrm, type AmoCrmOptions, startAmoCrm } from "../../lib/simulator/crm/amocrm.ts";
import { type Locales, withWorld, type World, type WorldOptions } from "./world.ts";

export interface AmoWorldOptions extends WorldOptions {
  readonly amo?: AmoCrmOptions;
  /** Changes what stands under the profile's `crm`. */
  readonly crm?: (crm: Locales) => void;
}

/** Runs a story whose profile `agency` is connected to amoCRM; its token is in the environment. */
export async function withAmoWorld(
  story: (world: World, amo: AmoCrm) => Promise<void>,
  { amo: amoOptions, crm, ...options }: AmoWorldOptions = {},
): Promise<void> {
  await using amo = await startAmoCrm(amoOptions);
  await withWorld((world) => story(world, amo), {
    ...options,
    env: { AMOCRM_API_ROOT: amo.root, SECRET_AMO: amo.token, ...options.env },
    locales(locales, server) {
      locales.agency.crm = { kind: "amocrm", account: amo.account, token: "{secret:amo}" };
      locales.agency.webhook_url = "";
      crm?.(locales.agency.crm);
      options.locales?.(locales, server);
    },
  });
}
