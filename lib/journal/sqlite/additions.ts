// What the journal's tables got after the numbered migrations (schema.ts). An addition that has shipped is never edited.

import { ANSWERS } from "./answer_schema.ts";
import type { Additions } from "./database.ts";

const BOTS = `
  -- The bots that have worked on this journal. The first has slot 0 (bots.ts).
  CREATE TABLE bots (
    slot INTEGER PRIMARY KEY,
    bot_id TEXT NOT NULL UNIQUE
  ) STRICT;
`;

const REPEATS = `
  -- Presses that asked for a lead again, by the menu that was pressed.
  CREATE TABLE repeats (
    chat_id INTEGER NOT NULL,
    menu_message_id INTEGER NOT NULL,
    lead INTEGER NOT NULL REFERENCES leads (number),
    pressed_at_ms INTEGER NOT NULL,
    PRIMARY KEY (chat_id, menu_message_id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX repeats_of_lead ON repeats (lead, pressed_at_ms);
  CREATE TABLE repeat_counts (
    profile TEXT PRIMARY KEY,
    presses INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
`;

const HELD = `
  -- Leads that were held back from the CRM. Others are not in it, and cost nothing.
  CREATE INDEX leads_held ON leads (profile) WHERE state = 'in_admin_chat' AND card_reason = 'held';
`;

const LOGIN_MESSAGES = `
  -- Messages in the managers' chat that carry a one-time link, until they say that it is over.
  CREATE TABLE login_messages (
    hash TEXT PRIMARY KEY,
    chat_id INTEGER NOT NULL,
    message_id INTEGER NOT NULL,
    expires_at_ms INTEGER NOT NULL,
    used_by TEXT,
    used_at_ms INTEGER
  ) STRICT, WITHOUT ROWID;
`;

const FOLLOW_UP_EDITS = `
  -- Where the managers have a follow-up, so that what its visitor edits later can reply to it.
  ALTER TABLE follow_ups ADD COLUMN shown_chat_id INTEGER;
  ALTER TABLE follow_ups ADD COLUMN shown_message_id INTEGER;

  -- An edit of one message of another follow-up. Its content is what the bot before this one shows, as a follow-up of its own.
  ALTER TABLE follow_ups ADD COLUMN edit_of INTEGER;
  ALTER TABLE follow_ups ADD COLUMN edited_message_id INTEGER;
  CREATE INDEX follow_ups_edits ON follow_ups (edit_of, edited_message_id)
    WHERE edit_of IS NOT NULL;

  -- What a message says by now, and when it was last edited, by Telegram's clock.
  ALTER TABLE follow_up_messages ADD COLUMN content TEXT;
  ALTER TABLE follow_up_messages ADD COLUMN edited_at_s INTEGER;
`;

const PROFILE_FILES = `
  -- The newest good texts of locales.json as a whole. saved_by is null for an edit found on disk.
  CREATE TABLE profile_files (
    number INTEGER PRIMARY KEY,
    saved_at_ms INTEGER NOT NULL,
    saved_by TEXT,
    renamed_from TEXT,
    renamed_to TEXT,
    text TEXT NOT NULL
  ) STRICT;
`;

const MENU_LANGUAGES = `
  -- The language of whoever got a menu, as Telegram named it: a reminder is written in it.
  ALTER TABLE menus ADD COLUMN language TEXT;
`;

const DEALS = `
  -- What leads became in CRMs that say so, and how many notes of it were given up.
  CREATE TABLE deals (
    lead INTEGER PRIMARY KEY REFERENCES leads (number),
    deal_id INTEGER NOT NULL,
    url TEXT NOT NULL,
    account TEXT NOT NULL,
    made_at_ms INTEGER NOT NULL,
    notes_given_up INTEGER NOT NULL DEFAULT 0
  ) STRICT;
`;

const CRM_NOTES = `
  -- Notes that are owed to deals; a finished one is deleted. Of a lead's notes only the first has a due time, so that they
  -- are sent in order; it is null too while the running process has the note in hand. ready_at_ms is when a note may leave
  -- once it is the first.
  -- AUTOINCREMENT: whoever still has a finished note in hand must not meet its number on a new one.
  CREATE TABLE crm_notes (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    lead INTEGER NOT NULL REFERENCES deals (lead),
    account TEXT NOT NULL,
    kind TEXT NOT NULL,
    follow_up INTEGER REFERENCES follow_ups (number),
    text TEXT,
    created_at_ms INTEGER NOT NULL,
    failures INTEGER NOT NULL DEFAULT 0,
    ready_at_ms INTEGER NOT NULL,
    due_at_ms INTEGER
  ) STRICT;
  CREATE INDEX crm_notes_due ON crm_notes (account, due_at_ms);
  CREATE INDEX crm_notes_of_lead ON crm_notes (lead, number);
  CREATE INDEX crm_notes_of_follow_up ON crm_notes (follow_up) WHERE follow_up IS NOT NULL;
`;

const SECRETS = `
  -- Keys of CRMs that were typed on the page. ending is what the page shows of one.
  CREATE TABLE secrets (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL,
    ending TEXT NOT NULL,
    saved_at_ms INTEGER NOT NULL,
    saved_by TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
`;

const SOURCES = `
  -- Where visitors came from: the part of their link after two underscores.
  ALTER TABLE menus ADD COLUMN source TEXT;
  ALTER TABLE leads ADD COLUMN source TEXT;
  CREATE INDEX leads_by_source ON leads (source, number) WHERE source IS NOT NULL;

  -- Greetings that were sent for a link with a source.
  CREATE TABLE source_opens (
    profile TEXT NOT NULL,
    source TEXT NOT NULL,
    opens INTEGER NOT NULL,
    PRIMARY KEY (profile, source)
  ) STRICT, WITHOUT ROWID;

  -- How many leads with a source are where, kept as they change. Others cost nothing.
  CREATE TABLE source_counts (
    profile TEXT NOT NULL,
    source TEXT NOT NULL,
    state TEXT NOT NULL,
    leads INTEGER NOT NULL,
    PRIMARY KEY (profile, source, state)
  ) STRICT, WITHOUT ROWID;
  CREATE TRIGGER source_counted AFTER INSERT ON leads WHEN new.source IS NOT NULL BEGIN
    INSERT INTO source_counts VALUES (new.profile, new.source, new.state, 1)
      ON CONFLICT DO UPDATE SET leads = leads + 1;
  END;
  CREATE TRIGGER source_recounted AFTER UPDATE OF state, profile ON leads WHEN new.source IS NOT NULL BEGIN
    UPDATE source_counts SET leads = leads - 1
      WHERE profile = old.profile AND source = old.source AND state = old.state;
    INSERT INTO source_counts VALUES (new.profile, new.source, new.state, 1)
      ON CONFLICT DO UPDATE SET leads = leads + 1;
  END;
`;

const PHONES = `
  ALTER TABLE leads ADD COLUMN phone TEXT;

  -- What visitors are asked for after their lead. step says what is owed: 'ask' and 'thank' until they are sent, 'asked' while
  -- the answer is awaited, then 'done'; due_at_ms is null while nothing is owed or the running process has it in hand.
  -- The POST waits in the outbox until until_ms. keyboard is 1 while the buttons of the question may be on the screen.
  CREATE TABLE phone_asks (
    lead INTEGER PRIMARY KEY REFERENCES leads (number),
    chat_id INTEGER NOT NULL,
    until_ms INTEGER NOT NULL,
    step TEXT NOT NULL,
    skip_text TEXT NOT NULL DEFAULT '',
    answer_message_id INTEGER,
    keyboard INTEGER NOT NULL DEFAULT 0,
    failures INTEGER NOT NULL DEFAULT 0,
    due_at_ms INTEGER
  ) STRICT;
  CREATE INDEX phone_asks_due ON phone_asks (due_at_ms) WHERE due_at_ms IS NOT NULL;
  CREATE INDEX phone_asks_of_chat ON phone_asks (chat_id);

  -- The bot before this one erases a person and knows of no phone.
  CREATE TRIGGER phone_erased AFTER UPDATE OF user_id ON leads WHEN new.user_id = 0 BEGIN
    UPDATE leads SET phone = NULL WHERE number = new.number AND phone IS NOT NULL;
    DELETE FROM phone_asks WHERE lead = new.number;
  END;
`;

const BLOCKED = `
  -- Visitors whom the managers blocked, by their private chat.
  CREATE TABLE blocked_visitors (
    chat_id INTEGER PRIMARY KEY,
    blocked_by TEXT NOT NULL,
    blocked_at_ms INTEGER NOT NULL
  ) STRICT;

  -- 1 where a lead is held back because its visitor was blocked then.
  ALTER TABLE leads ADD COLUMN held_by_block INTEGER;

  -- A blocked visitor may press without end: what is held back is counted in this index alone.
  CREATE INDEX leads_held_back ON leads (profile, received_at_ms, held_by_block)
    WHERE state = 'in_admin_chat' AND card_reason = 'held';
`;

const TAKING = `
  -- The manager who has taken a lead: name and Telegram's id.
  ALTER TABLE leads ADD COLUMN owner TEXT;
  ALTER TABLE leads ADD COLUMN owner_id INTEGER;
  ALTER TABLE leads ADD COLUMN owned_at_ms INTEGER;

  -- What managers did with leads: taken, taken_over, closed, returned. before is who had it, or had closed it.
  CREATE TABLE lead_turns (
    number INTEGER PRIMARY KEY,
    lead INTEGER NOT NULL REFERENCES leads (number),
    kind TEXT NOT NULL,
    by TEXT NOT NULL,
    before TEXT,
    at_ms INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX lead_turns_of_lead ON lead_turns (lead, number);
  CREATE INDEX lead_turns_by_time ON lead_turns (at_ms, kind);

  -- Until when a lead that was closed by hand may be returned.
  CREATE TABLE returns (
    lead INTEGER PRIMARY KEY REFERENCES leads (number),
    until_ms INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX returns_by_time ON returns (until_ms);

  -- Managers who were asked whether they want a lead that another one has.
  CREATE TABLE take_questions (
    lead INTEGER NOT NULL REFERENCES leads (number),
    manager_id INTEGER NOT NULL,
    press TEXT NOT NULL,
    asked_at_ms INTEGER NOT NULL,
    PRIMARY KEY (lead, manager_id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX take_questions_by_time ON take_questions (asked_at_ms);
`;

const SENT_PHOTOS = `
  -- Under which id Telegram has an uploaded photo, by the bot that sent it (bots.ts).
  CREATE TABLE sent_photos (
    slot INTEGER NOT NULL,
    name TEXT NOT NULL,
    file_id TEXT NOT NULL,
    PRIMARY KEY (slot, name)
  ) STRICT, WITHOUT ROWID;
`;

const LATE_PHONES = `
  -- The contact that a deal was made with, and a phone that came too late for its lead's POST.
  ALTER TABLE deals ADD COLUMN contact_id INTEGER;
  ALTER TABLE phone_asks ADD COLUMN late_phone TEXT;
`;

const OPEN_OF_CHAT = `
  -- Open cards by visitor. Leads that are held back, of which a blocked visitor may make any number, are not in it.
  CREATE INDEX leads_open_of_chat ON leads (chat_id, profile)
    WHERE state = 'in_admin_chat' AND card_reason IS NOT 'held';
`;

const OWN_CHATS = `
  -- The managers' chat of work for managers: empty for the main one, null for other work (chats.ts).
  ALTER TABLE outbox ADD COLUMN chat TEXT;
  UPDATE outbox SET chat = ''
    WHERE kind IN ('card', 'card_update', 'follow_up', 'offer', 'offer_update', 'note');
  CREATE INDEX outbox_of_chat ON outbox (lane, chat, due_at_ms)
    WHERE chat IS NOT NULL AND due_at_ms IS NOT NULL;

  ALTER TABLE answer_work ADD COLUMN chat TEXT;
  UPDATE answer_work SET chat = ''
    WHERE kind IN ('mark', 'refusal', 'question', 'chosen', 'invite');
  CREATE INDEX answer_work_of_chat ON answer_work (lane, chat, due_at_ms)
    WHERE chat IS NOT NULL AND due_at_ms IS NOT NULL;
`;

/** What came after version 5 and leaves it readable for the bot that knows no more. Shipped ones are never edited. */
export const ADDITIONS: Additions = {
  bots: BOTS,
  repeats: REPEATS,
  held: HELD,
  login_messages: LOGIN_MESSAGES,
  follow_up_edits: FOLLOW_UP_EDITS,
  profile_files: PROFILE_FILES,
  menu_languages: MENU_LANGUAGES,
  deals: DEALS,
  crm_notes: CRM_NOTES,
  secrets: SECRETS,
  sources: SOURCES,
  phones: PHONES,
  answers: ANSWERS,
  blocked: BLOCKED,
  taking: TAKING,
  late_phones: LATE_PHONES,
  open_of_chat: OPEN_OF_CHAT,
  sent_photos: SENT_PHOTOS,
  own_chats: OWN_CHATS,
};
