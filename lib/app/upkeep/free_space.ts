// How much room a disk has left.

import { statfs } from "node:fs/promises";

/** Free bytes for this user where a folder is; undefined where the process may not ask (`--allow-sys=statfs`). */
export async function freeBytes(folder: string): Promise<number | undefined> {
  const { state } = await Deno.permissions.query({ name: "sys", kind: "statfs" });
  if (state !== "granted") return undefined;
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}
