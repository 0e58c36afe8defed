// A story's world in which a profile's leads go to a webhook with settings of its own.

import { type Locales, withWorld, type World, type WorldOptions } from "./world.ts";

/** Runs a story whose profile `agency` is of kind webhook with these settings. */
export function withWebhookWorld(
  story: (world: World) => Promise<void>,
  crm: Locales,
  options: WorldOptions = {},
): Promise<void> {
  return withWorld(story, {
    ...options,
    locales(locales, server) {
      locales.agency.crm = { kind: "webhook", ...crm };
      options.locales?.(locales, server);
    },
  });
}
