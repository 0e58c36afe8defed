// A process of its own: measures the parts of a lead's work that the bot's rules require, each alone. Prints one line
// of JSON. Arguments: where to POST, a folder for a database, how many POSTs.

import { DatabaseSync } from "node:sqlite";
import { ruledPost } from "./ruled_post.ts";
import { median } from "./statistics.ts";
import { ownUsage } from "./usage.ts";

/** The parts, with how the table shows them. */
export const PARTS = {
  post_kept_ms: "CPU of a POST by fetch on a kept connection, ms",
  post_single_ms: "CPU of a POST by fetch on a connection of its own, ms",
  ky_single_ms: "CPU of a POST by ky on a connection of its own, ms",
  commit_ms: "a commit of one row, WAL and synchronous=FULL, ms",
} as const;

export type Part = keyof typeof PARTS;
export type Parts = Readonly<Record<Part, number>>;

/** POSTs that are open at once. */
const OPEN = 64;

const COMMITS = 200;

const LEAD = {
  lead_name: "Новый лид с Telegram: MONSTER AGENCY",
  contact: { name: "Visitor No. 1", username: "@visitor_1" },
  source: "Telegram Bot",
  request_details: "Привлечь клиентов",
};

async function measureParts(url: string, folder: string, posts: number): Promise<Parts> {
  const client = Deno.createHttpClient({ poolMaxIdlePerHost: 0 });
  const init = {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(LEAD),
  };
  const byKy = ruledPost(client);
  const cpuOf = async (post: () => Promise<Response>) => {
    await repeat(post, Math.ceil(posts / 4)); // Warms up.
    const before = ownUsage().cpuMs;
    await repeat(post, posts);
    return (ownUsage().cpuMs - before) / posts;
  };
  const parts = {
    post_kept_ms: await cpuOf(() => fetch(url, init)),
    post_single_ms: await cpuOf(() => fetch(url, { ...init, client })),
    ky_single_ms: await cpuOf(() => byKy(url, { json: LEAD, timeout: 10_000 })),
    commit_ms: commitMs(`${folder}/parts.db`),
  };
  client.close();
  return parts;
}

async function repeat(post: () => Promise<Response>, times: number): Promise<void> {
  let left = times;
  await Promise.all(Array.from({ length: OPEN }, async () => {
    while (left-- > 0) await (await post()).text();
  }));
}

function commitMs(path: string): number {
  using database = new DatabaseSync(path);
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE t (n INTEGER)");
  const insert = database.prepare("INSERT INTO t VALUES (?)");
  const tookMs = Array.from({ length: COMMITS }, (_, n) => {
    const before = performance.now();
    insert.run(n);
    return performance.now() - before;
  });
  return median(tookMs);
}

if (import.meta.main) {
  const [url = "", folder = "", posts = ""] = Deno.args;
  console.log(JSON.stringify(await measureParts(url, folder, Number(posts))));
  Deno.exit(); // A kept connection would delay the end.
}
