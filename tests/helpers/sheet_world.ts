// A story's world in which a profile's leads go to a simulated Google script, at Google's own address.

import { type AppsScript, startAppsScript } from "../../lib/simulator/crm/apps_script.ts";
import { openHttpsGate } from "./https_gate.ts";
import { withWorld, type World, type WorldOptions } from "./world.ts";

/** Runs a story whose profile `agency` is of kind google_sheets. */
export async function withSheetWorld(
  story: (world: World, sheet: AppsScript) => Promise<void>,
  options: WorldOptions = {},
): Promise<void> {
  await using sheet = await startAppsScript({
    outputOrigin: "https://script.googleusercontent.com",
  });
  await using gate = openHttpsGate(sheet.url);
  await withWorld(async (world) => {
    await world.restart(await gate.env(world.folder));
    await world.telegram.untilPolled();
    await story(world, sheet);
  }, {
    ...options,
    asleep: true,
    // Two proxies and TLS take longer than other stories' CRMs.
    env: { CRM_TIMEOUT_SECONDS: "30", ...options.env },
    locales(locales, server) {
      const { pathname } = new URL(sheet.url);
      locales.agency.crm = { kind: "google_sheets" };
      locales.agency.webhook_url = `https://script.google.com${pathname}`;
      options.locales?.(locales, server);
    },
  });
}
