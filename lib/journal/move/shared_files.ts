// Puts what a file's journal has beside it into the schema: the profiles' text, and uploaded photos, one at a time.

import type { SharedVersion } from "../shared_profiles.ts";
import type { DriverClient } from "../postgres/driver.ts";

/** An uploaded photo, read when it is its turn. */
export interface PhotoFile {
  readonly name: string;
  /** @throws {Error} If it cannot be read. */
  read(): Promise<Uint8Array>;
}

/** What goes with a journal. */
export interface SharedFiles {
  /** Undefined where they are faulty: then the first start takes over what is in the file by then. */
  readonly profiles: SharedVersion | undefined;
  readonly photos: readonly PhotoFile[];
}

/** Fills the two tables, which are empty, within the caller's transaction. */
export async function putSharedFiles(
  client: Pick<DriverClient, "query">,
  { profiles, photos }: SharedFiles,
  nowMs: number,
): Promise<void> {
  if (profiles !== undefined) {
    await client.query(
      "INSERT INTO profiles (revision, text, saved_at_ms, saved_by) VALUES (1, $1, $2, NULL)",
      [profiles.text.toWellFormed(), String(nowMs)],
    );
  }
  for (const { name, read } of photos) {
    await client.query(
      "INSERT INTO media (name, bytes, uploaded_at_ms) VALUES ($1, decode($2, 'base64'), $3)",
      [name, (await read()).toBase64(), String(nowMs)],
    );
  }
}
