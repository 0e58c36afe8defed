// What the journal knows of uploaded photos: under which id this bot has sent one, and whether the history names it.

import type { BotKeys } from "./bots.ts";
import type { Database } from "./engine.ts";

export interface PhotoRecords {
  /** Telegram's id of a photo that this bot has sent; another bot's ids mean nothing to it. */
  sentPhoto(name: string): Promise<string | undefined>;
  rememberSentPhoto(name: string, fileId: string): Promise<void>;
  forgetSentPhoto(name: string): Promise<void>;
  /** Whether any version of a profile or of the file names the photo. Reads the whole history: for the night. */
  historyNames(photo: string): Promise<boolean>;
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
    async sentPhoto(name) {
      const row = await select.get(slot, name);
      return row === undefined ? undefined : String(row["file_id"]);
    },
    rememberSentPhoto: async (name, fileId) => void await insert.run(slot, name, fileId),
    forgetSentPhoto: async (name) => void await remove.run(slot, name),
    historyNames: async (photo) => Boolean((await inHistory.get(photo))?.["named"]),
  };
}
