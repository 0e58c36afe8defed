// The messages in the managers' chat that carry a one-time link, until they have been changed. Does not change them.

import type { Database, Row } from "./engine.ts";
import type { MessageAddress } from "../lead.ts";
import type { BotKeys } from "./bots.ts";

/** A message that carries, or carried, a link into the page. */
export interface LoginMessage {
  /** The link's hash, as `links` has it. */
  readonly hash: string;
  readonly message: MessageAddress;
  readonly expiresAtMs: number;
  /** Who logged in with it, and when; null until then. */
  readonly used: { readonly by: string; readonly atMs: number } | null;
}

export interface LoginMessageRecords {
  /** Remembers which message carries a link. A link that was used before that counts as used now, by who asked for it. */
  rememberLoginMessage(
    link: Pick<LoginMessage, "hash" | "message" | "expiresAtMs"> & { readonly askedBy: string },
    nowMs: number,
  ): Promise<void>;
  /** Messages whose link was used or is over. */
  deadLoginMessages(nowMs: number): Promise<LoginMessage[]>;
  /** When the next link is over; undefined when no message carries one. */
  nextLoginExpiryMs(): Promise<number | undefined>;
  forgetLoginMessage(hash: string): Promise<void>;
}

export function loginMessageRecords(db: Database, { keyOf, idOf }: BotKeys): LoginMessageRecords {
  const insert = db.writer(
    `INSERT INTO login_messages (hash, chat_id, message_id, expires_at_ms, used_by, used_at_ms)
     SELECT ?1, ?2, ?3, ?4, CASE WHEN is_good THEN NULL ELSE ?5 END,
       CASE WHEN is_good THEN NULL ELSE CAST(?6 AS BIGINT) END
     FROM (SELECT EXISTS (SELECT 1 FROM links WHERE hash = ?1) AS is_good) AS link WHERE true
     ON CONFLICT (hash) DO UPDATE SET chat_id = excluded.chat_id, message_id = excluded.message_id,
       expires_at_ms = excluded.expires_at_ms, used_by = excluded.used_by,
       used_at_ms = excluded.used_at_ms`,
  );
  const dead = db.reader(
    "SELECT * FROM login_messages WHERE used_at_ms IS NOT NULL OR expires_at_ms <= ?",
  );
  const next = db.reader("SELECT min(expires_at_ms) AS at_ms FROM login_messages");
  const forget = db.writer("DELETE FROM login_messages WHERE hash = ?");

  function toLoginMessage(row: Row): LoginMessage {
    return {
      hash: String(row["hash"]),
      message: {
        chatId: Number(row["chat_id"]),
        messageId: idOf(Number(row["message_id"])),
      },
      expiresAtMs: Number(row["expires_at_ms"]),
      used: row["used_at_ms"] === null
        ? null
        : { by: String(row["used_by"]), atMs: Number(row["used_at_ms"]) },
    };
  }

  return {
    async rememberLoginMessage({ hash, message, expiresAtMs, askedBy }, nowMs) {
      const { chatId, messageId } = message;
      await insert.run(hash, chatId, keyOf(messageId), expiresAtMs, askedBy, nowMs);
    },
    deadLoginMessages: async (nowMs) => (await dead.all(nowMs)).map(toLoginMessage),
    async nextLoginExpiryMs() {
      const atMs = (await next.get())?.["at_ms"];
      return atMs == null ? undefined : Number(atMs);
    },
    forgetLoginMessage: async (hash) => void await forget.run(hash),
  };
}
