// The floor with the bot's three rules: a batch is on disk before anything of it is sent, a lead is one POST on a
// connection of its own, ky sends it. No framework, no states, no retries.

import { DatabaseSync } from "node:sqlite";
import { send } from "./floor_bot.ts";
import { runFloor } from "./floor_loop.mjs";
import { ruledPost } from "./ruled_post.ts";

/** How long answered leads wait to share an fsync, in ms. */
const LAZY_COMMIT_MS = 20;

/** The deadline of a POST, in ms. */
const TIMEOUT_MS = 10_000;

/** A row for each update, with the status of its lead's POST. */
function openJournal(folder: string) {
  Deno.mkdirSync(folder, { recursive: true });
  const journal = new DatabaseSync(`${folder}/ruled.db`);
  journal.exec(`
    PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
    CREATE TABLE IF NOT EXISTS updates (id INTEGER PRIMARY KEY, json TEXT NOT NULL, status INTEGER)`);
  const insert = journal.prepare("INSERT OR IGNORE INTO updates (id, json) VALUES (?, ?)");
  const update = journal.prepare("UPDATE updates SET status = ? WHERE id = ?");
  let lazy: ReturnType<typeof setTimeout> | undefined;

  function begin() {
    if (lazy !== undefined) return;
    journal.exec("BEGIN IMMEDIATE");
    lazy = setTimeout(commit, LAZY_COMMIT_MS);
  }

  function commit() {
    clearTimeout(lazy);
    lazy = undefined;
    journal.exec("COMMIT");
  }

  return {
    keep(updates: readonly { readonly update_id: number }[]) {
      begin();
      for (const each of updates) insert.run(each.update_id, JSON.stringify(each));
      commit();
    },
    answered(updateId: number, status: number) {
      begin();
      update.run(status, updateId);
    },
  };
}

if (import.meta.main) {
  const env = Deno.env.toObject();
  const { keep, answered } = openJournal(env["DATA_DIR"]!);
  const post = ruledPost(Deno.createHttpClient({ poolMaxIdlePerHost: 0 }));
  await runFloor({
    env,
    locales: Deno.readTextFileSync(env["LOCALES_PATH"]!),
    send,
    keep,
    async sendLead(url: string, lead: object, updateId: number) {
      const { status, body } = await post(url, { json: lead, timeout: TIMEOUT_MS });
      body?.cancel().catch(() => {});
      answered(updateId, status);
    },
  });
}
