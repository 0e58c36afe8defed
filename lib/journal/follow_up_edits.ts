// The journal's edits: what visitors made of messages that had become follow-ups.

import type { Database, Row } from "./engine.ts";
import type { FollowUp, FollowUpContent, MessageAddress } from "../lead.ts";
import type { BotKeys } from "./bots.ts";
import { contentIn } from "./stored_json.ts";

/** What a message says after its visitor edited it. */
export interface EditedMessage {
  readonly chatId: number;
  readonly messageId: number;
  readonly content: FollowUpContent;
  /** When, in s since 1970, by Telegram's clock; null when it did not say. */
  readonly editedAtS: number | null;
}

/** What an edit means for the managers. */
export type RecordedEdit =
  /** The message is no follow-up's. */
  | { readonly kind: "unknown" }
  /** Nothing that they are shown has changed, or a newer edit is known. */
  | { readonly kind: "unchanged" }
  /** What waits to be shown, this follow-up or edit, says it now. */
  | { readonly kind: "replaced"; readonly followUp: number }
  /** They have the message already: the edit is a follow-up of its own. */
  | { readonly kind: "begun"; readonly followUp: number };

/** Edits of messages that became follow-ups. */
export interface EditRecords {
  /** @param words What the edit says, for the page. */
  insertEdit(
    edit: EditedMessage,
    words: Pick<FollowUpContent, "text" | "entities">,
    nowMs: number,
  ): Promise<RecordedEdit>;
  /** Whether a follow-up is an edit of one that the managers do not have yet. */
  waitsForFirstVersion(number: number): Promise<boolean>;
}

/** `findEdit` reads an edit as the follow-up that it is: what its message says now; undefined when its person was erased. */
export function editRecords(
  db: Database,
  { keyOf, idOf }: BotKeys,
): EditRecords & { readonly findEdit: (row: Row) => Promise<FollowUp | undefined> } {
  const selectMessage = db.reader(
    `SELECT follow_up, content, edited_at_s FROM follow_up_messages
     WHERE chat_id = ? AND message_id = ?`,
  );
  const countMessages = db.reader(
    "SELECT count(*) AS messages FROM follow_up_messages WHERE follow_up = ?",
  );
  const select = db.reader("SELECT * FROM follow_ups WHERE number = ?");
  const selectLastEdit = db.reader(
    `SELECT * FROM follow_ups WHERE edit_of = ? AND edited_message_id = ?
     ORDER BY number DESC LIMIT 1`,
  );
  const selectWork = db.reader(
    "SELECT due_at_ms FROM outbox WHERE subject = ? AND kind = 'follow_up' LIMIT 1",
  );
  const insertEditRow = db.writer(
    `INSERT INTO follow_ups (lead, chat_id, content, received_at_ms, edit_of, edited_message_id)
     VALUES (?, ?, ?, ?, ?, ?) RETURNING number`,
  );
  const setContent = db.writer("UPDATE follow_ups SET content = ? WHERE number = ?");
  const setMessageContent = db.writer(
    `UPDATE follow_up_messages SET content = ?, edited_at_s = ?
     WHERE chat_id = ? AND message_id = ?`,
  );

  /** Whether nothing of a follow-up has been sent, nor is being sent now: what it says may still be changed. */
  async function isUntouched(row: Row): Promise<boolean> {
    if (row["shown_at_ms"] !== null || row["parts_shown"] !== 0) return false;
    return row["taken"] === 0 ||
      (await selectWork.get(Number(row["number"])))?.["due_at_ms"] != null;
  }

  return {
    async insertEdit({ chatId, messageId, content, editedAtS }, words, nowMs) {
      const key = keyOf(messageId);
      const message = await selectMessage.get(chatId, key);
      const first = message && await select.get(Number(message["follow_up"]));
      if (message === undefined || first === undefined) return { kind: "unknown" };
      const followUp = Number(first["number"]);
      const isAlone = (await countMessages.get(followUp))?.["messages"] === 1;
      const before = contentOf(message) ?? (isAlone ? contentOf(first) : undefined);
      const lastEditedAtS = Number(message["edited_at_s"] ?? 0);
      const isOld = editedAtS !== null && editedAtS < lastEditedAtS;
      if (isOld || saysTheSame(before, content)) return { kind: "unchanged" };

      const at = editedAtS ?? lastEditedAtS;
      await setMessageContent.run(JSON.stringify(content), at, chatId, key);
      if (await isUntouched(first)) {
        if (isAlone) await setContent.run(JSON.stringify(content), followUp);
        return { kind: "replaced", followUp };
      }
      const last = await selectLastEdit.get(followUp, key);
      const waiting = last !== undefined && await isUntouched(last) ? last : undefined;
      const newFile = hasNewFile(before, content) || contentOf(waiting)?.file !== undefined;
      const told = JSON.stringify({
        ...words,
        ...NO_MEDIA,
        ...(newFile ? { file: content.file } : {}),
      });
      if (waiting !== undefined) {
        const edit = Number(waiting["number"]);
        await setContent.run(told, edit);
        return { kind: "replaced", followUp: edit };
      }
      const lead = Number(first["lead"]);
      const row = await insertEditRow.get(lead, chatId, told, nowMs, followUp, key);
      return { kind: "begun", followUp: Number(row?.["number"]) };
    },
    async waitsForFirstVersion(number) {
      const first = (await select.get(number))?.["edit_of"];
      return first != null && await selectWork.get(Number(first)) !== undefined;
    },
    async findEdit(row) {
      const chatId = Number(row["chat_id"]);
      const key = Number(row["edited_message_id"]);
      const content = contentOf(await selectMessage.get(chatId, key));
      const first = await select.get(Number(row["edit_of"]));
      if (content === undefined || first === undefined) return undefined;
      return {
        number: Number(row["number"]),
        lead: Number(row["lead"]),
        chatId,
        messageIds: [idOf(key)],
        content,
        partsShown: Number(row["parts_shown"]),
        edit: { first: addressOf(first, idOf), newFile: contentOf(row)?.file !== undefined },
      };
    },
  };
}

/** An edit is shown as words to the bot that knows no edits: it would look for messages to copy. */
const NO_MEDIA = { media: null, captionable: false } as const;

function contentOf(row: Row | undefined): FollowUpContent | undefined {
  const content = row?.["content"];
  return content == null ? undefined : contentIn(content);
}

/** Where the managers have a follow-up. Null also for what another bot has shown: nothing of this one can reply to it. */
export function addressOf(row: Row, idOf: BotKeys["idOf"]): MessageAddress | null {
  const chatId = row["shown_chat_id"];
  const messageId = idOf(Number(row["shown_message_id"]));
  if (chatId == null || messageId < 0) return null;
  return { chatId: Number(chatId), messageId };
}

function saysTheSame(before: FollowUpContent | undefined, after: FollowUpContent): boolean {
  return before?.text === after.text && before.media === after.media &&
    JSON.stringify(before.entities) === JSON.stringify(after.entities) &&
    !hasNewFile(before, after);
}

/** Of what an earlier bot recorded the file is not known. */
function hasNewFile(before: FollowUpContent | undefined, after: FollowUpContent): boolean {
  if (before === undefined || after.file === undefined) return false;
  return before.media === null || before.file !== undefined && before.file !== after.file;
}
