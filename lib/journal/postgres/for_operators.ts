// What the tables mean to those who query them by hand or by a BI tool, and views with moments instead of milliseconds.

export const COMMENTS = `
COMMENT ON TABLE leads IS 'Requests of visitors: one row for each press of a menu''s button that became a lead';
COMMENT ON COLUMN leads.number IS 'Short number that managers see, as №7; without gaps';
COMMENT ON COLUMN leads.id IS 'UUID; the CRM gets it as the idempotency key of every attempt';
COMMENT ON COLUMN leads.state IS
  'received: its POST is owed or under way; in_crm: the CRM took it; in_admin_chat: its card waits for the managers, or it is held back (card_reason ''held''); undelivered: its card is owed; by_hand: a manager closed it';
COMMENT ON COLUMN leads.profile IS 'Key of the profile in locales.json; profile_name is its title then';
COMMENT ON COLUMN leads.choice IS 'The text of the button that was pressed';
COMMENT ON COLUMN leads.user_id IS 'Telegram''s id of the visitor; 0 once the person was erased';
COMMENT ON COLUMN leads.source IS 'What the visitor''s link says after two underscores';
COMMENT ON COLUMN leads.received_at_ms IS 'When the press came: milliseconds since 1970, UTC, as in all columns that end in _ms';
COMMENT ON COLUMN leads.confirmed_at_ms IS 'When the visitor saw the confirmation';
COMMENT ON COLUMN leads.card_reason IS 'Why the managers have a card of it; ''held'' where it was held back from the CRM';
COMMENT ON COLUMN leads.card_shown_at_ms IS 'When the card was shown in the managers'' chat';
COMMENT ON COLUMN leads.held_by_block IS '1 where it was held back because its visitor was blocked';
COMMENT ON COLUMN leads.owner IS 'The manager who has taken it; owned_at_ms is since when';
COMMENT ON COLUMN leads.closed_by IS 'The manager who closed it by hand, at closed_at_ms';

COMMENT ON TABLE attempts IS 'POSTs of leads to the CRM: begun before the request leaves, ended when its outcome is known';
COMMENT ON COLUMN attempts.nth IS 'Which POST of its lead, from 1';
COMMENT ON COLUMN attempts.ended_at_ms IS 'Null while the request is under way';
COMMENT ON COLUMN attempts.outcome IS
  'accepted; answered: the CRM declined; unreachable: it did not arrive; interrupted, timeout: it may have arrived; client, unexpected: not sent';
COMMENT ON COLUMN attempts.status IS 'HTTP status of the CRM''s answer';
COMMENT ON COLUMN attempts.asked_by IS 'The manager who asked for this POST; null for the bot''s own';
COMMENT ON COLUMN attempts.holder IS 'The process that made it';

COMMENT ON TABLE follow_ups IS 'What visitors sent after becoming leads: a message, an album, or an edit of one';
COMMENT ON COLUMN follow_ups.content IS 'JSON: text, entities, media (its kind in words, or null), captionable, file';
COMMENT ON COLUMN follow_ups.taken IS '1 once parts of its album that come later are follow-ups of their own';
COMMENT ON COLUMN follow_ups.shown_at_ms IS 'When the managers had all of it; null while it is owed';
COMMENT ON COLUMN follow_ups.edit_of IS 'For an edit: the follow-up whose message edited_message_id was edited';

COMMENT ON TABLE deals IS 'What leads became in CRMs that say so';
COMMENT ON TABLE lead_turns IS 'What managers did with leads: taken, taken_over, closed, returned';
COMMENT ON COLUMN lead_turns.before IS 'Who had it, or had closed it';
COMMENT ON TABLE repeats IS 'Presses that asked for a lead again';
COMMENT ON TABLE answers IS 'What managers wrote as replies in their chat: answers to visitors, and notes that stay inside';
COMMENT ON TABLE lead_counts IS 'How many leads are where; kept by triggers';
COMMENT ON TABLE inbox IS 'Updates of Telegram that are handled, or wait for that; a finished one has no body';
COMMENT ON TABLE outbox IS 'Work that is owed to visitors, CRMs and managers; due_at_ms is null while holder has it in hand';
COMMENT ON TABLE facts IS 'What has to be remembered once';
`;

/** No column of these views is renamed or removed by a later migration. */
export const VIEWS = `
CREATE VIEW leads_view AS
  SELECT number, id, state, profile, profile_name, choice, user_id, username, first_name, last_name,
    language, phone, source, card_reason, owner, closed_by,
    to_timestamp(received_at_ms / 1000.0) AS received_at,
    to_timestamp(confirmed_at_ms / 1000.0) AS confirmed_at,
    to_timestamp(card_shown_at_ms / 1000.0) AS card_shown_at,
    to_timestamp(owned_at_ms / 1000.0) AS owned_at,
    to_timestamp(closed_at_ms / 1000.0) AS closed_at
  FROM leads;
CREATE VIEW attempts_view AS
  SELECT lead, nth, outcome, status, reason, asked_by,
    to_timestamp(begun_at_ms / 1000.0) AS begun_at,
    to_timestamp(ended_at_ms / 1000.0) AS ended_at,
    ended_at_ms - begun_at_ms AS took_ms
  FROM attempts;
CREATE VIEW follow_ups_view AS
  SELECT number, lead, edit_of, json_or_null(content) ->> 'text' AS text,
    json_or_null(content) ->> 'media' AS media,
    to_timestamp(received_at_ms / 1000.0) AS received_at,
    to_timestamp(shown_at_ms / 1000.0) AS shown_at
  FROM follow_ups;
COMMENT ON VIEW leads_view IS 'leads with moments of time; no row is left out';
COMMENT ON VIEW attempts_view IS 'attempts with moments of time, and how long each POST took';
COMMENT ON VIEW follow_ups_view IS 'follow_ups with moments of time and their words';
`;
