// Which packages the bots run on that tests start.

import assert from "node:assert/strict";
import { App } from "fresh";
import { CONFIG_PATH } from "../helpers/deno.ts";

Deno.test("bots that tests start get the configuration of the tests, also where the tests load Fresh itself", () => {
  const isFresh = "mountApp" in App.prototype; // The stand-in offers no such method.
  assert.equal(CONFIG_PATH.endsWith("/deno.jsr.json"), isFresh);
});
