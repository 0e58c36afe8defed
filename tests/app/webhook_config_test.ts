// WEBHOOK_URL may not take a path that the page answers at.

import assert from "node:assert/strict";
import { parseWebhookUrl } from "../../lib/app/webhook_config.ts";

Deno.test("no path of the page's can be the webhook's", async () => {
  const code = await Deno.readTextFile("lib/page/app.ts");
  const paths = [...code.matchAll(/^ +\.(?:get|post)\(\s*"(\/[^"]*)"/gm)].map(([, path]) => path);
  assert.ok(paths.length > 30);
  for (const path of paths) {
    assert.throws(
      () => parseWebhookUrl(`https://bot.example.ru${path}`, undefined, false),
      /занят страницей/,
      path,
    );
  }
});
