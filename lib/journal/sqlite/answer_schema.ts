// The tables of managers' answers to visitors, as an addition to the schema. An addition that has shipped is never edited.

/** Answers, the messages they were made of, the work that is owed about them, and which messages are about which lead. */
export const ANSWERS = `
  -- What managers wrote as replies in their chat: answers to visitors, and notes that stay inside. lead is null while a
  -- manager has not chosen it; taken is 1 once parts of its album that come later are answers of their own.
  CREATE TABLE answers (
    number INTEGER PRIMARY KEY,
    lead INTEGER,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    said_by TEXT NOT NULL,
    chat_id INTEGER NOT NULL,
    album_id TEXT,
    taken INTEGER NOT NULL DEFAULT 0,
    target_chat_id INTEGER,
    target_message_id INTEGER,
    question_chat_id INTEGER,
    question_message_id INTEGER,
    received_at_ms INTEGER NOT NULL,
    sent_at_ms INTEGER,
    refused TEXT
  ) STRICT;
  CREATE INDEX answers_of_lead ON answers (lead, number) WHERE lead IS NOT NULL;
  CREATE INDEX answers_of_album ON answers (chat_id, album_id) WHERE album_id IS NOT NULL;
  CREATE INDEX answers_asking ON answers (target_chat_id, target_message_id) WHERE state = 'asking';

  -- The managers' messages that answers were made of, what they say by now, and the visitors' copies of them.
  CREATE TABLE answer_messages (
    chat_id INTEGER NOT NULL,
    message_id INTEGER NOT NULL,
    answer INTEGER NOT NULL REFERENCES answers (number),
    content TEXT NOT NULL,
    edited_at_s INTEGER,
    copy_message_id INTEGER,
    new_file INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (chat_id, message_id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX answer_messages_of ON answer_messages (answer, message_id);

  -- Owed work about answers; visitor is the chat whose work is done in order.
  -- AUTOINCREMENT: finished work that is still in hand must not meet its number on new work.
  CREATE TABLE answer_work (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    lane TEXT NOT NULL,
    kind TEXT NOT NULL,
    subject INTEGER NOT NULL,
    body TEXT NOT NULL,
    visitor INTEGER,
    failures INTEGER NOT NULL DEFAULT 0,
    due_at_ms INTEGER
  ) STRICT;
  CREATE INDEX answer_work_due ON answer_work (lane, due_at_ms) WHERE due_at_ms IS NOT NULL;
  CREATE INDEX answer_work_of_visitor ON answer_work (visitor, id) WHERE visitor IS NOT NULL;
  CREATE INDEX answer_work_subject ON answer_work (subject, kind);

  -- Messages of the managers' chat that are about one lead, beside its card: a reply to them is for its visitor. Without
  -- foreign keys to leads: each new lead would look here.
  CREATE TABLE lead_messages (
    chat_id INTEGER NOT NULL,
    message_id INTEGER NOT NULL,
    lead INTEGER NOT NULL,
    PRIMARY KEY (chat_id, message_id)
  ) STRICT, WITHOUT ROWID;
  INSERT OR IGNORE INTO lead_messages SELECT shown_chat_id, shown_message_id, lead FROM follow_ups
    WHERE shown_message_id IS NOT NULL;
`;
