// Whether a lead could be recorded now: does all the writes that one takes, and undoes them.

import type { Database } from "./engine.ts";

/** What a lead writes on its way, at the places where the next real one will write. */
const WRITES = [
  `INSERT INTO inbox (update_id, body, received_at_ms, due_at_ms)
   SELECT coalesce(max(update_id), 0) + 1, '{}', 0, 0 FROM inbox`,
  `INSERT INTO menus (chat_id, message_id, profile, sent_at_ms) VALUES (0, 0, '', 0)
   ON CONFLICT (chat_id, message_id) DO UPDATE SET sent_at_ms = excluded.sent_at_ms`,
  `INSERT INTO leads (number, id, state, profile, profile_name, choice, user_id, first_name, chat_id,
     menu_message_id, received_at_ms)
   SELECT coalesce(max(number), 0) + 1, '', 'received', '', '', '', 0, '', 0,
     -coalesce(max(number), 0) - 1, 0 FROM leads`,
  "INSERT INTO attempts (lead, nth, begun_at_ms) SELECT max(number), 1, 0 FROM leads",
  `INSERT INTO outbox (id, lane, kind, subject, body, due_at_ms)
   SELECT (SELECT coalesce(max(id), 0) + 1 FROM outbox), 'trial', 'post', max(number), '', 0
   FROM leads`,
  `INSERT INTO follow_ups (number, lead, chat_id, content, received_at_ms)
   SELECT (SELECT coalesce(max(number), 0) + 1 FROM follow_ups), max(number), 0, '', 0 FROM leads`,
  `INSERT INTO follow_up_messages (chat_id, message_id, follow_up)
   SELECT 0, -max(number), max(number) FROM follow_ups`,
  `INSERT INTO deals (lead, deal_id, url, account, made_at_ms)
   SELECT max(number), 0, '', 'trial', 0 FROM leads`,
  `INSERT INTO crm_notes (lead, account, kind, created_at_ms, ready_at_ms, due_at_ms)
   SELECT max(lead), 'trial', '', 0, 0, 0 FROM deals`,
  "INSERT INTO facts (name, value) VALUES ('tried', '') ON CONFLICT (name) DO UPDATE SET value = ''",
];

/** What is read before anything is sent. */
const READS = [
  "SELECT 1 FROM inbox WHERE due_at_ms IS NOT NULL ORDER BY due_at_ms LIMIT 1",
  "SELECT lane FROM outbox WHERE due_at_ms IS NOT NULL ORDER BY lane, due_at_ms LIMIT 1",
];

/** A lead's writes, tried. */
export interface Trial {
  /** Tries to record a lead and undoes it. @throws {Error} What SQLite reports. */
  tryToRecord(): Promise<void>;
}

/** The trial in an open database. */
export function trial(db: Database): Trial {
  const writes = WRITES.map((sql) => db.writer(sql));
  const reads = READS.map((sql) => db.reader(sql));
  return {
    async tryToRecord() {
      for (const each of reads) await each.all();
      await db.rehearse(async () => {
        for (const each of writes) await each.run();
      });
    },
  };
}
