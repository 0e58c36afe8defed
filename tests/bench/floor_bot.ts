// The floor: the least code that does a lead's work. A loop and fetch; no framework, no journal, no retries.

import { runFloor } from "./floor_loop.mjs";

/** POSTs JSON on a kept connection. */
export async function send(url: string, body: object): Promise<unknown> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  return await response.json();
}

if (import.meta.main) {
  const env = Deno.env.toObject();
  await runFloor({ env, locales: Deno.readTextFileSync(env["LOCALES_PATH"]!), send });
}
