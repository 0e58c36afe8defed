// A story's world in which a profile's leads go to a simulated Bitrix24 by its inbound webhook.

import {
  type Bitrix24,
  type Bitrix24Options,
  startBitrix24,
} from "../../lib/simulator/crm/bitrix24.ts";
import { withWorld, type World, type WorldOptions } from "./world.ts";

export interface BitrixWorldOptions extends WorldOptions {
  readonly bitrix?: Bitrix24Options;
}

/** Runs a story whose profile `agency` is of kind bitrix24. */
export async function withBitrixWorld(
  story: (world: World, bitrix: Bitrix24) => Promise<void>,
  { bitrix: bitrixOptions, ...options }: BitrixWorldOptions = {},
): Promise<void> {
  await using bitrix = await startBitrix24(bitrixOptions);
  await withWorld((world) => story(world, bitrix), {
    ...options,
    locales(locales, server) {
      locales.agency.crm = { kind: "bitrix24" };
      locales.agency.webhook_url = bitrix.url;
      options.locales?.(locales, server);
    },
  });
}
