// The floor on Node: node:http with kept connections, no packages. Otherwise the same as the floor on Deno.

import { readFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { env } from "node:process";
import { runFloor } from "./floor_loop.mjs";

const agent = new Agent({ keepAlive: true });

function send(url, body) {
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "application/json" };
    const posting = request(url, { method: "POST", agent, headers }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk) => text += chunk);
      response.on("end", () => resolve(JSON.parse(text)));
    });
    posting.on("error", reject);
    posting.end(JSON.stringify(body));
  });
}

await runFloor({ env, locales: readFileSync(env.LOCALES_PATH, "utf8"), send });
