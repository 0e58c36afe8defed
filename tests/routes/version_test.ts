// The version stands at the foot of every page behind the login, and on none before it.

import assert from "node:assert/strict";
import { VERSION } from "../../lib/version.ts";
import { openPage } from "../helpers/a_page.ts";

Deno.test("a page behind the login ends in the version, a stranger's does not tell it", async () => {
  await using page = await openPage();
  const manager = await page.login();
  for (const path of ["/", "/leads", "/sessions", "/none"]) {
    const text = await (await manager.get(path)).text();
    assert.equal(
      text.includes(`<footer class="foot">Triborg ${VERSION}</footer>`),
      path !== "/none",
    );
  }
  const stranger = await (await page.browser().get("/login")).text();
  assert.ok(!stranger.includes(VERSION));
});
