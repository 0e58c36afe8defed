// README.md and docs/ name files and functions: these exist, and the drawn states are the code's.

import assert from "node:assert/strict";
import { canMove, LEAD_STATES } from "../lib/lead.ts";

const DOCUMENTS = [
  "README.md",
  "README.ru.md",
  "docs/architecture.md",
  "docs/crm.md",
  "docs/decisions.md",
  "docs/operations.md",
  "docs/performance.md",
];

/** `lib/crm/`, `main.ts`, or a name in a file: `lib/backoff.ts:waitMs`, `lib/bot/admin.ts` (`inManagersChat`). */
const REFERENCE =
  /`((?:lib|routes|tests|locales|docs)\/[\w./]*|main\.ts)(?::(\w+)`|` \(`(\w+)`\)|`)/g;

async function holds(path: string, name: string | undefined): Promise<boolean> {
  try {
    if (path.endsWith("/")) return (await Deno.stat(path)).isDirectory;
    const code = await Deno.readTextFile(path);
    return name === undefined || new RegExp(`\\b${name}\\b`).test(code);
  } catch {
    return false;
  }
}

Deno.test("every file and function that the documents name exists", async () => {
  const missing: string[] = [];
  let named = 0;
  for (const document of DOCUMENTS) {
    for (
      const [reference, path = "", inside, beside] of (await Deno.readTextFile(document)).matchAll(
        REFERENCE,
      )
    ) {
      named++;
      if (!await holds(path, inside ?? beside)) missing.push(`${document}: ${reference}`);
    }
  }
  assert.deepEqual(missing, []);
  assert.ok(named > 50);
});

Deno.test("the drawn moves between states are those that a lead may make", async () => {
  const drawn = [...(await Deno.readTextFile("docs/architecture.md")).matchAll(/(\w+) --> (\w+)/g)]
    .map(([, from, to]) => `${from} → ${to}`);
  const allowed = LEAD_STATES.flatMap((from) =>
    LEAD_STATES.filter((to) => canMove(from, to)).map((to) => `${from} → ${to}`)
  );
  assert.deepEqual(drawn.toSorted(), allowed.toSorted());
});

Deno.test("README.md fits into 150 lines", async () => {
  assert.ok((await Deno.readTextFile("README.md")).split("\n").length <= 151);
});
