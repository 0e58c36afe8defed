// A journal's file with a row in every table, odd values among them, and with as many plain leads as a test wants.

import { DatabaseSync } from "node:sqlite";
import { openJournal } from "../../lib/journal/sqlite/open.ts";

/** The largest whole number of 8 bytes, which no JavaScript number is. */
const MOST = "9223372036854775807";

/** Past 2^53: as a JavaScript number it would be its neighbour. */
const PAST_53_BITS = "9007199254740993";

/** What COPY, JSON and collations might stumble on. */
const ODD =
  `tab\t, line\n, return\r, \\N, \\\\ and \\., 'quotes', "double", ё, 🧡, \u2028 and \u{1F9E1}\u{FFFF}`;

const HELD_JSON = `{"a": ${PAST_53_BITS}, "a": "\\u0000 twice", "1": 1.10, "no json`;

/** Rows in SQL, for what follows the leads 1 to 4. */
const ROWS = (odd: string, json: string) => `
  INSERT INTO leads (number, id, state, profile, profile_name, choice, user_id, username, first_name, last_name,
    language, phone, source, chat_id, menu_message_id, received_at_ms, card_reason) VALUES
    (1, 'one', 'received', 'agency', ${odd}, ${odd}, ${MOST}, NULL, '', NULL, NULL, '+7', 'site', ${PAST_53_BITS}, 1, 1, NULL),
    (2, 'two', 'in_admin_chat', 'agency', '', '', 2, 'b', '', '', '', NULL, NULL, -2, 2, 2, 'crm_failed'),
    (4, 'four', 'in_admin_chat', 'agency', '', '', 2, 'b', '', '', '', NULL, NULL, -2, 3, 2, 'held');
  INSERT INTO attempts (lead, nth, begun_at_ms) VALUES (1, 1, 5), (2, 1, 6);
  UPDATE attempts SET ended_at_ms = 7, outcome = 'answered', status = 500, reason = ${odd} WHERE lead = 2;
  INSERT INTO follow_ups (number, lead, chat_id, content, received_at_ms) VALUES (7, 2, -2, ${json}, 3);
  INSERT INTO follow_up_messages (chat_id, message_id, follow_up, content) VALUES (-2, 9, 7, ${json});
  INSERT INTO deals (lead, deal_id, url, account, made_at_ms) VALUES (2, ${PAST_53_BITS}, 'https://a', 'a', 1);
  INSERT INTO crm_notes (number, lead, account, kind, follow_up, created_at_ms, ready_at_ms, due_at_ms)
    VALUES (8, 2, 'a', 'follow_up', 7, 1, 1, NULL), (9, 2, 'a', 'follow_up', 7, 1, 1, NULL);
  DELETE FROM crm_notes WHERE number = 9;
  INSERT INTO phone_asks (lead, chat_id, until_ms, step) VALUES (1, 1, 1, 'asked');
  INSERT INTO repeats VALUES (-2, 5, 2, 1);
  INSERT INTO repeat_counts VALUES ('agency', 1);
  INSERT INTO lead_turns VALUES (3, 2, 'taken', '@m', NULL, 1);
  INSERT INTO returns VALUES (2, 5);
  INSERT INTO take_questions VALUES (2, ${MOST}, 'p', 1);
  INSERT INTO lead_messages VALUES (-100, 5, 2);
  INSERT INTO answers (number, lead, kind, state, said_by, chat_id, received_at_ms)
    VALUES (11, 2, 'answer', 'sending', '@m', -100, 1);
  INSERT INTO answer_messages (chat_id, message_id, answer, content) VALUES (-100, 6, 11, ${json});
  INSERT INTO answer_work (id, lane, kind, subject, body, visitor, due_at_ms)
    VALUES (12, 'visitors', 'answer', 11, ${json}, -2, NULL), (13, 'visitors', 'answer', 11, '', -2, 1);
  DELETE FROM answer_work WHERE id = 13;
  INSERT INTO inbox VALUES (-5, NULL, 0, 1, NULL), (${PAST_53_BITS}, '{"update_id": 1}', 0, 1, NULL);
  INSERT INTO outbox (id, lane, kind, subject, body, due_at_ms) VALUES
    (40, 'crm:host:a', 'post', 1, '{"askedBy":null}', NULL), (41, 'admin_chat', 'card', 2, ${json}, 99);
  INSERT INTO source_opens VALUES ('agency', 'site', 3);
  INSERT INTO menus VALUES (-2, 1, 'agency', 1, 'ru', NULL);
  INSERT INTO facts VALUES ('some fact', ${odd}), ('empty', '');
  INSERT INTO blocked_visitors VALUES (-3, '@m', 1);
  INSERT INTO sent_photos VALUES (1, 'p.jpg', 'file');
  INSERT INTO links VALUES ('hash', '@m', 1);
  INSERT INTO login_messages VALUES ('hash', -100, 7, 1, NULL, NULL);
  INSERT INTO sessions VALUES (1, 'hash', '@m', ${odd}, 1, 1);
  INSERT INTO revisions VALUES (1, 'agency', 1, NULL, ${odd});
  INSERT INTO profile_files VALUES (1, 1, NULL, NULL, NULL, ${json});
  INSERT INTO secrets VALUES ('amo', ${odd}, 'x', 1, '@m');
  INSERT INTO bots VALUES (0, '1'), (1, '2');
  INSERT INTO facts VALUES ('bot_slot', '1');
`;

const PLAIN = (leads: number) => `
  WITH RECURSIVE n (i) AS (SELECT 10 UNION ALL SELECT i + 1 FROM n WHERE i < 9 + ${leads})
  INSERT INTO leads (number, id, state, profile, profile_name, choice, user_id, username, first_name,
    last_name, language, chat_id, menu_message_id, received_at_ms, confirmed_at_ms)
  SELECT i, lower(hex(randomblob(18))), 'in_crm', iif(i % 5, 'agency', 'cg'), 'MONSTER AGENCY',
    'Привлечь клиентов', i * 7919 % 1000003, 'visitor_' || i, 'Visitor', 'No. ' || i, 'ru', i, 7,
    1700000000000 + i, 1700000000040 + i FROM n;
  INSERT INTO attempts (lead, nth, begun_at_ms, ended_at_ms, outcome, status)
    SELECT number, 1, received_at_ms, received_at_ms + 300, 'accepted', 200 FROM leads WHERE number > 9;
  INSERT INTO menus SELECT chat_id, 7, profile, received_at_ms - 5000, NULL, NULL FROM leads WHERE number > 9;
`;

/** Makes the file. It is not open afterwards. */
export async function makeFullJournal(path: string, plainLeads = 0): Promise<void> {
  await (await openJournal(path)).close();
  const text = (value: string) => `'${value.replaceAll("'", "''")}'`;
  using db = new DatabaseSync(path);
  db.exec("BEGIN");
  db.exec(ROWS(text(ODD), text(HELD_JSON)));
  if (plainLeads > 0) db.exec(PLAIN(plainLeads));
  db.exec("COMMIT; PRAGMA wal_checkpoint(TRUNCATE)");
}
