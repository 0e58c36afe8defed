// What the journal knows of uploaded photos: under which id this bot has sent one, and whether the history names it.

import type { BotKeys } from "./bots.ts";
import type { Database } from "./database.ts";

export interface PhotoRecords {
  /** Telegram's id of a photo that this bot has sent; another bot's ids mean nothing to it. */
  sentPhoto(name: string): string | undefined;
  rememberSentPhoto(name: string, fileId: string): void;
  forgetSentPhoto(name: string): void;
  /** Whether any version of a profile or of the file names the photo. Reads the whole history: for the night. */
  historyNames(photo: string): boolean;
}

export function photoRecords(db: Database, { slot }: BotKeys): PhotoRecords {
  const select = db.reader("SELECT file_id FROM sent_photos WHERE slot = ? AND name = ?");
  const insert = db.writer(
    `INSERT INTO sent_photos (slot, name, file_id) VALUES (?, ?, ?)
     ON CONFLICT (slot, name) DO UPDATE SET file_id = excluded.file_id`,
  );
  const remove = db.writer("DELETE FROM sent_photos WHERE slot = ? AND name = ?");
  const inHistory = db.reader(
    `SELECT EXISTS (SELECT 1 FROM revisions WHERE replace(content, ?1, '') <> content)
         OR EXISTS (SELECT 1 FROM profile_files WHERE replace(text, ?1, '') <> text) AS named`,
  );
  return {
    sentPhoto(name) {
      const row = select.get(slot, name);
      return row === undefined ? undefined : String(row["file_id"]);
    },
    rememberSentPhoto: (name, fileId) => void insert.run(slot, name, fileId),
    forgetSentPhoto: (name) => void remove.run(slot, name),
    historyNames: (photo) => Boolean(inHistory.get(photo)?.["named"]),
  };
}
