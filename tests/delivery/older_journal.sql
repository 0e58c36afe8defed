-- A journal as an earlier version left it when it was killed: open leads, begun attempts, one that a manager asked for, a run
-- of all cards, and owed work of every kind.
INSERT INTO bots (slot, bot_id) VALUES
  (0, '1');
INSERT INTO facts (name, value) VALUES
  ('bot_slot', '0'),
  ('crm_down:agency', '1'),
  ('held_of:1012', '{"fromMs":1768478400000,"leads":1}'),
  ('send_all:agency', '{"message":{"chatId":-1,"messageId":400},"report":{"profileName":"MONSTER AGENCY","total":2,"sent":0,"failed":0,"skipped":0,"stopped":false},"running":0}');
INSERT INTO inbox (update_id, body, failures, received_at_ms, due_at_ms) VALUES
  (11, '{"update_id":11}', 0, 1768478400000, 1768478400000),
  (12, '{"update_id":12}', 0, 1768478400000, NULL),
  (13, NULL, 0, 1768478400000, NULL);
INSERT INTO menus (chat_id, message_id, profile, sent_at_ms, language) VALUES
  (2001, 7, 'agency', 1768478399000, 'ru'),
  (2002, 7, '', 1768478399000, NULL);
INSERT INTO leads (number, id, state, profile, profile_name, choice, user_id, username, first_name, last_name, language, chat_id, menu_message_id, received_at_ms, confirmed_at_ms, card_reason, card_chat_id, card_message_id, alerted_at_ms, closed_by, closed_at_ms, card_shown_at_ms) VALUES
  (1, '00000000-0000-4000-8000-000000000001', 'received', 'agency', 'MONSTER AGENCY', 'Привлечь клиентов', 1001, 'visitor1', 'Galliard', NULL, 'ru', 1001, 2, 1768478400001, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
  (2, '00000000-0000-4000-8000-000000000002', 'received', 'agency', 'MONSTER AGENCY', 'Привлечь клиентов', 1002, 'visitor2', 'Galliard', NULL, 'ru', 1002, 2, 1768478400002, 1768478400005, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
  (3, '00000000-0000-4000-8000-000000000003', 'received', 'agency', 'MONSTER AGENCY', 'Привлечь клиентов', 1003, 'visitor3', 'Galliard', NULL, 'ru', 1003, 2, 1768478400003, 1768478400005, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
  (4, '00000000-0000-4000-8000-000000000004', 'in_admin_chat', 'agency', 'MONSTER AGENCY', 'Привлечь клиентов', 1004, 'visitor4', 'Galliard', NULL, 'ru', 1004, 2, 1768478400004, 1768478400005, 'crm_failed', -1, 506, NULL, NULL, NULL, 1768478400006),
  (5, '00000000-0000-4000-8000-000000000005', 'in_admin_chat', 'agency', 'MONSTER AGENCY', 'Привлечь клиентов', 1005, 'visitor5', 'Galliard', NULL, 'ru', 1005, 2, 1768478400005, 1768478400005, 'no_webhook', -1, 507, NULL, NULL, NULL, 1768478400006),
  (6, '00000000-0000-4000-8000-000000000006', 'in_admin_chat', 'agency', 'MONSTER AGENCY', 'Привлечь клиентов', 1006, 'visitor6', 'Galliard', NULL, 'ru', 1006, 2, 1768478400006, 1768478400005, 'crm_failed', -1, 508, NULL, NULL, NULL, 1768478400006),
  (7, '00000000-0000-4000-8000-000000000007', 'in_admin_chat', 'agency', 'MONSTER AGENCY', 'Привлечь клиентов', 1007, 'visitor7', 'Galliard', NULL, 'ru', 1007, 2, 1768478400007, 1768478400005, 'crm_failed', -1, 510, NULL, NULL, NULL, 1768478400006),
  (8, '00000000-0000-4000-8000-000000000008', 'received', 'agency', 'MONSTER AGENCY', 'Привлечь клиентов', 1008, 'visitor8', 'Galliard', NULL, 'ru', 1008, 2, 1768478400008, 1768478400005, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
  (9, '00000000-0000-4000-8000-000000000009', 'in_crm', 'agency', 'MONSTER AGENCY', 'Привлечь клиентов', 1009, 'visitor9', 'Galliard', NULL, 'ru', 1009, 2, 1768478400009, 1768478400005, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
  (10, '00000000-0000-4000-8000-000000000010', 'received', 'agency', 'MONSTER AGENCY', 'Привлечь клиентов', 1010, 'visitor10', 'Galliard', NULL, 'ru', 1010, 2, 1768478400010, 1768478400005, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
  (11, '00000000-0000-4000-8000-000000000011', 'undelivered', 'agency', 'MONSTER AGENCY', 'Привлечь клиентов', 1011, 'visitor11', 'Galliard', NULL, 'ru', 1011, 2, 1768478400011, 1768478400005, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
  (12, 'held', 'in_admin_chat', 'agency', 'MONSTER AGENCY', 'Привлечь клиентов', 1012, 'visitor12', 'Galliard', NULL, 'ru', 1012, 2, 1768478400000, NULL, 'held', NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO attempts (lead, nth, begun_at_ms, ended_at_ms, outcome, status, reason, asked_by) VALUES
  (3, 1, 1768478400000, NULL, NULL, NULL, NULL, NULL),
  (4, 1, 1768478400000, 1768478400000, 'answered', 500, 'no', NULL),
  (4, 2, 1768478400000, NULL, NULL, NULL, NULL, '@maria'),
  (6, 1, 1768478400000, 1768478400000, 'answered', 500, 'no', NULL),
  (6, 2, 1768478400000, NULL, NULL, NULL, NULL, '@maria'),
  (7, 1, 1768478400000, 1768478400000, 'answered', 500, 'no', NULL),
  (8, 1, 1768478400000, 1768478400000, 'answered', 500, 'no', NULL),
  (9, 1, 1768478400000, 1768478400000, 'accepted', 200, NULL, NULL),
  (10, 1, 1768478400000, 1768478400000, 'answered', 500, 'no', NULL),
  (11, 1, 1768478400000, 1768478400000, 'answered', 500, 'no', NULL);
INSERT INTO follow_ups (number, lead, chat_id, album_id, content, taken, parts_shown, received_at_ms, shown_at_ms, shown_chat_id, shown_message_id, edit_of, edited_message_id) VALUES
  (1, 9, 1009, NULL, '{"text":"наш сайт","entities":[],"media":null,"captionable":false}', 0, 0, 1768478400000, NULL, NULL, NULL, NULL, NULL);
INSERT INTO follow_up_messages (chat_id, message_id, follow_up, content, edited_at_s) VALUES
  (1009, 40, 1, '{"text":"наш сайт","entities":[],"media":null,"captionable":false}', NULL);
INSERT INTO outbox (id, lane, kind, subject, body, failures, due_at_ms) VALUES
  (1, 'visitors', 'confirmation', 1, '{"chatId":1001,"messageId":2,"text":"✅ Принято","photo":false}', 0, NULL),
  (2, 'crm:host:crm.example.com', 'post', 1, '', 0, NULL),
  (4, 'crm:host:crm.example.com', 'post', 2, '', 0, 1768478400002),
  (6, 'crm:host:crm.example.com', 'post', 3, '', 0, NULL),
  (13, 'crm:host:crm.example.com', 'post', 6, '@maria', 0, 1768478400000),
  (17, 'admin_chat', 'card', 8, 'crm_failed', 0, 1768478400000),
  (18, 'admin_chat:edits', 'card_update', 6, '', 0, 1768478400006),
  (19, 'crm:all:agency', 'post', 4, '@maria', 0, NULL),
  (20, 'admin_chat:edits', 'card_update', 4, '', 0, 1768478400000),
  (21, 'crm:all:agency', 'post', 5, '@maria', 0, 1768478400000),
  (22, 'admin_chat:edits', 'card_update', 5, '', 0, 1768478400000),
  (23, 'admin_chat:edits', 'offer_update', 400, '{"message":{"chatId":-1,"messageId":400},"report":{"profileName":"MONSTER AGENCY","total":2,"sent":0,"failed":0,"skipped":0,"stopped":false}}', 0, 1768478400000),
  (26, 'admin_chat:follow_ups', 'follow_up', 1, '', 0, 1768478400000),
  (27, 'visitors', 'thanks', 1, '1009', 0, 1768478400000),
  (29, 'admin_chat', 'card', 10, 'crm_failed', 0, 1768478400000),
  (31, 'admin_chat', 'card', 11, 'crm_failed', 1, 1768478460000),
  (32, 'visitors', 'confirmation', 12, '{"chatId":1012,"messageId":2,"text":"✅ Принято","photo":false}', 0, NULL),
  (33, 'admin_chat', 'note', -1012, '⚠️ Ещё 1 лид', 0, 1768478403000),
  (34, 'admin_chat', 'note', 0, '📊 За вчера', 0, 1768478400000),
  (35, 'admin_chat', 'offer', 0, 'agency', 0, 1768478400000),
  (36, 'visitors', 'reminder', 0, '{"chatId":2001,"profile":"agency","sentAtMs":1768478399000,"language":"ru"}', 0, 1768478400000),
  (37, 'visitors', 'reminder', 0, '{"chatId":2002,"profile":"","sentAtMs":1768478399000,"language":null}', 0, 1768478400000);
