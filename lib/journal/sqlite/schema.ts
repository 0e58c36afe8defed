// The journal's tables, as numbered migrations; what came later is in additions.ts. One that has shipped is never edited.

import type { Migration } from "./database.ts";

const FIRST: Migration = `
  -- Updates that Telegram handed over. A finished one loses its body, and goes when Telegram has been
  -- told; due_at_ms is null while the running process has the update in hand.
  CREATE TABLE inbox (
    update_id INTEGER PRIMARY KEY,
    body TEXT,
    failures INTEGER NOT NULL DEFAULT 0,
    received_at_ms INTEGER NOT NULL,
    due_at_ms INTEGER
  ) STRICT;
  CREATE INDEX inbox_due ON inbox (due_at_ms) WHERE due_at_ms IS NOT NULL;

  -- Greetings that were sent: which profile's buttons a message bears.
  CREATE TABLE menus (
    chat_id INTEGER NOT NULL,
    message_id INTEGER NOT NULL,
    profile TEXT NOT NULL,
    sent_at_ms INTEGER NOT NULL,
    PRIMARY KEY (chat_id, message_id)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE leads (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL,
    state TEXT NOT NULL
      CHECK (state IN ('received', 'in_crm', 'in_admin_chat', 'undelivered', 'by_hand')),
    profile TEXT NOT NULL,
    profile_name TEXT NOT NULL,
    choice TEXT NOT NULL,
    user_id INTEGER NOT NULL,
    username TEXT,
    first_name TEXT NOT NULL,
    last_name TEXT,
    language TEXT,
    chat_id INTEGER NOT NULL,
    menu_message_id INTEGER NOT NULL,
    received_at_ms INTEGER NOT NULL,
    confirmed_at_ms INTEGER,
    -- The card: why there is one, where it is shown, and who closed it.
    card_reason TEXT,
    card_chat_id INTEGER,
    card_message_id INTEGER,
    alerted_at_ms INTEGER,
    closed_by TEXT,
    closed_at_ms INTEGER,
    UNIQUE (chat_id, menu_message_id)
  ) STRICT;
  CREATE INDEX leads_on_card ON leads (card_chat_id, card_message_id)
    WHERE card_message_id IS NOT NULL;
  CREATE INDEX leads_open ON leads (profile, number) WHERE state = 'in_admin_chat';

  -- POSTs to the CRM: begun before the request leaves, ended when its outcome is known.
  CREATE TABLE attempts (
    lead INTEGER NOT NULL REFERENCES leads (number),
    nth INTEGER NOT NULL,
    begun_at_ms INTEGER NOT NULL,
    ended_at_ms INTEGER,
    outcome TEXT,
    status INTEGER,
    reason TEXT,
    asked_by TEXT,
    PRIMARY KEY (lead, nth)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX attempts_open ON attempts (lead) WHERE ended_at_ms IS NULL;

  CREATE TABLE follow_ups (
    number INTEGER PRIMARY KEY,
    lead INTEGER NOT NULL REFERENCES leads (number),
    chat_id INTEGER NOT NULL,
    album_id TEXT,
    content TEXT NOT NULL,
    taken INTEGER NOT NULL DEFAULT 0,
    parts_shown INTEGER NOT NULL DEFAULT 0,
    received_at_ms INTEGER NOT NULL,
    shown_at_ms INTEGER
  ) STRICT;
  CREATE INDEX follow_ups_of_lead ON follow_ups (lead);
  CREATE INDEX follow_ups_of_album ON follow_ups (chat_id, album_id) WHERE album_id IS NOT NULL;

  CREATE TABLE follow_up_messages (
    chat_id INTEGER NOT NULL,
    message_id INTEGER NOT NULL,
    follow_up INTEGER NOT NULL REFERENCES follow_ups (number),
    PRIMARY KEY (chat_id, message_id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX follow_up_messages_of ON follow_up_messages (follow_up, message_id);

  -- Work that is owed, to visitors, CRMs and managers. Done work is deleted; due_at_ms is null while
  -- the running process has it in hand.
  -- AUTOINCREMENT: whoever still has done work in hand must not meet its number on new work.
  CREATE TABLE outbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    lane TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('confirmation', 'thanks', 'reminder', 'post', 'card',
      'card_update', 'follow_up', 'offer', 'offer_update', 'note')),
    subject INTEGER NOT NULL,
    body TEXT NOT NULL,
    failures INTEGER NOT NULL DEFAULT 0,
    due_at_ms INTEGER
  ) STRICT;
  CREATE INDEX outbox_due ON outbox (lane, due_at_ms);
  CREATE INDEX outbox_subject ON outbox (subject, kind);

  -- What has to be remembered once: the admin chat's new id after a migration, and the like.
  CREATE TABLE facts (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
`;

const SECOND: Migration = `
  -- One-time links into the page. Only hashes are kept.
  CREATE TABLE links (
    hash TEXT PRIMARY KEY,
    asked_by TEXT NOT NULL,
    expires_at_ms INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE sessions (
    number INTEGER PRIMARY KEY,
    hash TEXT NOT NULL UNIQUE,
    opened_by TEXT NOT NULL,
    device TEXT NOT NULL,
    opened_at_ms INTEGER NOT NULL,
    seen_at_ms INTEGER NOT NULL
  ) STRICT;

  -- Every version of a profile, and of the menu under its key. saved_by is null for an edit found on
  -- disk, content is null when the profile was deleted.
  CREATE TABLE revisions (
    number INTEGER PRIMARY KEY,
    profile TEXT NOT NULL,
    saved_at_ms INTEGER NOT NULL,
    saved_by TEXT,
    content TEXT
  ) STRICT;
  CREATE INDEX revisions_of_profile ON revisions (profile, number);

  -- For what the page shows of leads.
  CREATE INDEX leads_by_profile ON leads (profile, number);
  CREATE INDEX leads_by_time ON leads (received_at_ms, profile, state);
`;

const THIRD: Migration = `
  ALTER TABLE leads ADD COLUMN card_shown_at_ms INTEGER;

  -- The leads that somebody may look for. A lead that the CRM takes at once is never in it, and costs nothing.
  CREATE INDEX leads_by_state ON leads (state, number)
    WHERE state = 'undelivered' OR state = 'in_admin_chat' OR state = 'by_hand';

  -- How many leads are where, and how POSTs ended: kept as they change, so that nobody counts millions.
  CREATE TABLE lead_counts (
    profile TEXT NOT NULL,
    state TEXT NOT NULL,
    leads INTEGER NOT NULL,
    PRIMARY KEY (profile, state)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO lead_counts SELECT profile, state, count(*) FROM leads GROUP BY profile, state;
  CREATE TRIGGER lead_counted AFTER INSERT ON leads BEGIN
    INSERT INTO lead_counts VALUES (new.profile, new.state, 1) ON CONFLICT DO UPDATE SET leads = leads + 1;
  END;
  CREATE TRIGGER lead_recounted AFTER UPDATE OF state, profile ON leads BEGIN
    UPDATE lead_counts SET leads = leads - 1 WHERE profile = old.profile AND state = old.state;
    INSERT INTO lead_counts VALUES (new.profile, new.state, 1) ON CONFLICT DO UPDATE SET leads = leads + 1;
  END;

  CREATE TABLE attempt_counts (
    outcome TEXT PRIMARY KEY,
    attempts INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  INSERT INTO attempt_counts
    SELECT outcome, count(*) FROM attempts WHERE outcome IS NOT NULL GROUP BY outcome;
  CREATE TRIGGER attempt_counted AFTER UPDATE OF outcome ON attempts WHEN new.outcome IS NOT NULL BEGIN
    INSERT INTO attempt_counts VALUES (new.outcome, 1) ON CONFLICT DO UPDATE SET attempts = attempts + 1;
  END;
`;

const FOURTH: Migration = `
  -- The journal numbers new work itself, and work in hand is in no line: both cost each lead less.
  CREATE TABLE owed (
    id INTEGER PRIMARY KEY,
    lane TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('confirmation', 'thanks', 'reminder', 'post', 'card',
      'card_update', 'follow_up', 'offer', 'offer_update', 'note')),
    subject INTEGER NOT NULL,
    body TEXT NOT NULL,
    failures INTEGER NOT NULL DEFAULT 0,
    due_at_ms INTEGER
  ) STRICT;
  INSERT INTO owed SELECT id, lane, kind, subject, body, failures, due_at_ms FROM outbox;
  DROP TABLE outbox;
  ALTER TABLE owed RENAME TO outbox;
  CREATE INDEX outbox_due ON outbox (lane, due_at_ms) WHERE due_at_ms IS NOT NULL;
  CREATE INDEX outbox_subject ON outbox (subject, kind);
`;

const FIFTH: Migration = `
  -- Follow-ups and edits have lanes of their own.
  UPDATE outbox SET lane = 'admin_chat:follow_ups' WHERE kind = 'follow_up';
  UPDATE outbox SET lane = 'admin_chat:edits' WHERE kind IN ('card_update', 'offer_update');
`;

export const MIGRATIONS: readonly Migration[] = [FIRST, SECOND, THIRD, FOURTH, FIFTH];
