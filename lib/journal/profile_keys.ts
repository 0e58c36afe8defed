// What the journal keeps under a profile's key, and what becomes of it when the profile gets another key or goes.

import type { FactRecords } from "./facts.ts";
import type { Database } from "./engine.ts";
import { SEND_ALL_LANES } from "./work.ts";

/** How the names of facts about one profile begin; its key follows. */
export const PROFILE_FACTS = {
  /** Its CRM failed and has not answered since. */
  crmDown: "crm_down:",
  /** When sending all open cards was last offered, in ms since 1970. */
  offeredAtMs: "offered_at_ms:",
  /** Where the offer to send all open cards stands. */
  offerShown: "offer_shown:",
  /** The account of a run that sends all open cards. */
  sendAll: "send_all:",
  /** Why its CRM declines every lead. */
  crmTrouble: "crm_trouble:",
  /** Whether it has a CRM to send leads to. */
  hasCrm: "has_crm:",
} as const;

/** What the profile is called now; its former key follows. */
const RENAMED = "renamed:";

/** Most names in a row that are followed: more than one profile gets while an old button is in the chat. */
const MOST_NAMES = 32;

export interface ProfileKeys {
  /** Puts all that is kept under a profile's key under its new one, and remembers what it was called. */
  renameProfile(from: string, to: string): Promise<void>;
  /** The current key of a profile named by an earlier one, unless a live profile has that key. */
  currentProfile(key: string, live: { has(key: string): boolean }): Promise<string>;
  /** Forgets what was only about a profile's CRM, and the offers that wait, when the profile is deleted. Its leads stay. */
  forgetProfile(key: string): Promise<void>;
}

export function profileKeys(db: Database, facts: FactRecords): ProfileKeys {
  const { jsonText, withMember } = db.dialect;
  const moves = [
    "UPDATE leads SET profile = ?1 WHERE profile = ?2",
    "UPDATE menus SET profile = ?1 WHERE profile = ?2",
    "UPDATE outbox SET body = ?1 WHERE subject = 0 AND kind = 'offer' AND body = ?2",
    `UPDATE outbox SET body = ${withMember("body", "profile", "CAST(?1 AS TEXT)")}
     WHERE subject = 0 AND kind = 'reminder' AND ${jsonText("body", "profile")} = ?2`,
    // A rename is found in the file as an end and a beginning; the end was none.
    `DELETE FROM revisions WHERE content IS NULL AND ?1 <> ?2 AND number = (SELECT max(number) FROM revisions WHERE profile = ?2)`,
    "UPDATE revisions SET profile = ?1 WHERE profile = ?2",
    `INSERT INTO repeat_counts SELECT ?1, presses FROM repeat_counts WHERE profile = ?2
     ON CONFLICT (profile) DO UPDATE SET presses = repeat_counts.presses + excluded.presses`,
    `INSERT INTO source_opens SELECT ?1, source, opens FROM source_opens WHERE profile = ?2
     ON CONFLICT (profile, source) DO UPDATE SET opens = source_opens.opens + excluded.opens`,
  ].map((sql) => db.writer(sql));
  const removals = [
    "DELETE FROM repeat_counts WHERE profile = ?",
    "DELETE FROM source_opens WHERE profile = ?",
  ].map((sql) => db.writer(sql));
  const moveLane = db.writer("UPDATE outbox SET lane = ? WHERE lane = ?");
  const replaceFact = db.writer(
    "DELETE FROM facts WHERE name = ?1 AND EXISTS (SELECT 1 FROM facts WHERE name = ?2)",
  );
  const moveFact = db.writer("UPDATE facts SET name = ?1 WHERE name = ?2");
  const forgetOffers = db.writer(
    "DELETE FROM outbox WHERE subject = 0 AND kind = 'offer' AND body = ?",
  );

  async function renameProfile(from: string, to: string): Promise<void> {
    for (const each of moves) await each.run(to, from);
    for (const each of removals) await each.run(from);
    await moveLane.run(SEND_ALL_LANES + to, SEND_ALL_LANES + from);
    for (const name of Object.values(PROFILE_FACTS)) {
      for (const each of [replaceFact, moveFact]) await each.run(name + to, name + from);
    }
    await facts.forgetFact(RENAMED + to);
    await facts.rememberFact(RENAMED + from, to);
  }

  return {
    renameProfile: async (from, to) =>
      from === to ? undefined : await db.atomically(() => renameProfile(from, to)),
    async currentProfile(key, live) {
      let current = key;
      for (let names = 0; names < MOST_NAMES && !live.has(current); names++) {
        const next = await facts.fact(RENAMED + current);
        if (next === undefined) break;
        current = next;
      }
      return current;
    },
    forgetProfile: (key) =>
      db.atomically(async () => {
        await forgetOffers.run(key);
        await facts.forgetFact(PROFILE_FACTS.crmDown + key);
        await facts.forgetFact(PROFILE_FACTS.offeredAtMs + key);
        await facts.forgetFact(PROFILE_FACTS.offerShown + key);
        await facts.forgetFact(PROFILE_FACTS.crmTrouble + key);
      }),
  };
}
