// Telemetry is loaded only where it is on, and says when Deno sends nothing.

import assert from "node:assert/strict";
import { createTelemetry } from "../../lib/app/telemetry.ts";

Deno.test("without Deno's exporter there is no telemetry", () => {
  assert.equal(createTelemetry(() => 0), undefined);
});

Deno.test("only telemetry.ts loads the package, and only main.ts loads telemetry.ts, when it is on", async () => {
  const loading = /^import (?!type\b)[^;]*"(@opentelemetry\/api|[^"]*\/telemetry\.ts)"/gm;
  const found: string[] = [];
  for (const folder of ["lib", "routes"]) {
    for await (const path of filesIn(folder)) {
      const text = await Deno.readTextFile(path);
      for (const [, loaded = ""] of text.matchAll(loading)) found.push(`${path}: ${loaded}`);
    }
  }
  assert.deepEqual(found, ["lib/app/telemetry.ts: @opentelemetry/api"]);
  const main = await Deno.readTextFile("main.ts");
  assert.doesNotMatch(main, loading);
  assert.match(main, /config\.telemetry \? await loadTelemetry\(\)/);
});

async function* filesIn(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = `${folder}/${name}`;
    if (isDirectory) yield* filesIn(path);
    else if (/\.tsx?$/.test(name)) yield path;
  }
}
