// What is erased of answers when the person is: statements for one lead, by its number, before the lead itself is erased.

const OF_LEAD = "SELECT number FROM answers WHERE lead = ?1";

/** Answers that wait for a manager to say whom they are for: they may be for this lead's visitor. */
const ASKING = `SELECT number FROM answers WHERE state = 'asking'
  AND (target_chat_id, target_message_id) =
    (SELECT card_chat_id, card_message_id FROM leads WHERE number = ?1)`;

/** SQL for `erasure.ts`. Work in hand goes too; its end is then no move. */
export const ANSWERS_OF_LEAD: readonly string[] = [
  ...[OF_LEAD, ASKING].flatMap((answers) => [
    `DELETE FROM answer_work WHERE kind <> 'invite' AND subject IN (${answers})`,
    `DELETE FROM answer_messages WHERE answer IN (${answers})`,
  ]),
  "DELETE FROM answer_work WHERE kind = 'invite' AND subject = ?1",
  `UPDATE answers SET state = 'dropped' WHERE number IN (${ASKING})`,
  `UPDATE answers SET album_id = NULL, refused = NULL, target_chat_id = NULL,
     target_message_id = NULL, state = CASE state WHEN 'due' THEN 'dropped' ELSE state END WHERE lead = ?1`,
];

/** Erases what a version that knew no answers left of persons whom it erased. */
export const LEFT_OF_ERASED: readonly string[] = [
  "DELETE FROM answer_work WHERE subject IN (SELECT answers.number FROM answers JOIN leads " +
  "ON leads.number = lead WHERE user_id = 0) AND kind <> 'invite'",
  `DELETE FROM answer_messages WHERE answer IN (
     SELECT answers.number FROM answers JOIN leads ON leads.number = lead WHERE user_id = 0)`,
];
