// Uploaded photos in the database that processes share. Bytes go there and back as base64, as all parameters are text.

import type { Database } from "./engine.ts";

export interface MediaRecords {
  /** Keeps a photo, once however often it comes; "no_room" where all photos would take more than `mostBytes`. */
  keepPhoto(
    photo: { readonly name: string; readonly base64: string; readonly bytes: number },
    mostBytes: number,
    nowMs: number,
  ): Promise<"kept" | "no_room">;
  /** Counts the photo as uploaded now; false if there is none. */
  touchPhoto(name: string, nowMs: number): Promise<boolean>;
  hasPhoto(name: string): Promise<boolean>;
  /** Those that were uploaded before a moment. */
  photosBefore(beforeMs: number): Promise<string[]>;
  /** Removes a photo unless it was uploaded since; whether it did. */
  removePhoto(name: string, beforeMs: number): Promise<boolean>;
}

/** The long read of what a photo holds, beside the verbs. */
export interface PhotoBytes {
  /** In base64; undefined if there is no such photo. */
  photoBase64(name: string): Promise<string | undefined>;
}

export function mediaRecords(db: Database): MediaRecords {
  const touch = db.writer("UPDATE media SET uploaded_at_ms = ? WHERE name = ?");
  const total = db.reader("SELECT coalesce(sum(octet_length(bytes)), 0) AS bytes FROM media");
  const insert = db.writer(
    "INSERT INTO media (name, bytes, uploaded_at_ms) VALUES (?, decode(?, 'base64'), ?)",
  );
  const has = db.reader("SELECT 1 AS found FROM media WHERE name = ?");
  const before = db.reader("SELECT name FROM media WHERE uploaded_at_ms < ? ORDER BY name");
  const remove = db.writer("DELETE FROM media WHERE name = ? AND uploaded_at_ms < ?");

  async function touchPhoto(name: string, nowMs: number): Promise<boolean> {
    return Number((await touch.run(nowMs, name)).changes) > 0;
  }

  return {
    keepPhoto: ({ name, base64, bytes }, mostBytes, nowMs) =>
      db.atomically(async () => {
        if (await touchPhoto(name, nowMs)) return "kept";
        if (Number((await total.get())?.["bytes"]) + bytes > mostBytes) return "no_room";
        await insert.run(name, base64, nowMs);
        return "kept";
      }),
    touchPhoto,
    hasPhoto: async (name) => await has.get(name) !== undefined,
    photosBefore: async (beforeMs) =>
      (await before.all(beforeMs)).map((row) => String(row["name"])),
    removePhoto: async (name, beforeMs) => Number((await remove.run(name, beforeMs)).changes) > 0,
  };
}

export function photoBytes({ reading }: Pick<Database, "reading">): PhotoBytes {
  const select = reading.reader(
    "SELECT encode(bytes, 'base64') AS base64 FROM media WHERE name = ?",
  );
  return {
    async photoBase64(name) {
      const row = await select.get(name);
      return row && String(row["base64"]);
    },
  };
}
