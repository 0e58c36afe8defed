// Puts a file in place of the profiles in the database, unless it is faulty, and says what that changes. Asks nothing.

import { bringPhotos } from "./bring_photos.ts";
import { EXIT } from "./exit.ts";
import { type JsonText, withoutLayout } from "../json/text.ts";
import type { SharedRecords } from "../journal/journal.ts";
import type { Fault } from "../profiles/faults.ts";
import { readText } from "../profiles/file.ts";
import { createSharedPhotoStore } from "../profiles/photos/shared_store.ts";
import type { PhotoStore } from "../profiles/photos/store.ts";
import { newVersion } from "../profiles/shared_store.ts";
import { changedKeys } from "../profiles/undo.ts";
import { parseText, type Version } from "../profiles/version.ts";

export interface Importing {
  readonly records: SharedRecords;
  /** Resolves when what was saved is on disk. */
  readonly committed: () => Promise<void>;
  /** Where photos are that the file may name. */
  readonly dataDir: string;
  readonly now: () => number;
  readonly tell: (line: string) => void;
  readonly tellFault: (line: string) => void;
}

/** Who the history says it was. */
export const IMPORTED_BY = "deno task profiles import";

/** How often it is tried over what others save in the same moment. */
const MOST_TRIES = 5;

/** Resolves with the exit code. */
export async function importProfiles(path: string, options: Importing): Promise<number> {
  const { records, committed, now, tell, tellFault } = options;
  const text = await readText(path);
  if (text === null) {
    tellFault(`❌ ${path}: файла нет или его нельзя прочесть`);
    return EXIT.faults;
  }
  const read = parseText(text);
  if (!read.ok) {
    for (const fault of read.faults) tellFault(`❌ ${path}: ${line(fault)}`);
    tellFault("❌ В базе всё осталось, как было");
    return EXIT.faults;
  }
  const { version } = read;
  await tellWarnings(version, options);
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const before = await records.sharedProfiles();
    if (before?.text === text) {
      tell(`✅ В базе уже этот текст, версия ${before.revision}`);
      return 0;
    }
    const saved = await records.saveSharedProfiles(
      newVersion(version, IMPORTED_BY, null),
      before?.revision ?? null,
      now(),
    );
    await committed();
    if (saved === undefined) continue;
    const what = before === undefined ? everything(version) : changes(before.text, version);
    tell(`✅ Профили в базе, версия ${saved.revision}: ${what}`);
    return 0;
  }
  tellFault("❌ Профили всё время сохраняет кто-то другой. В базе остался его текст, повторите");
  return EXIT.defect;
}

/** Also brings the photos that the file names. */
async function tellWarnings(version: Version, options: Importing): Promise<void> {
  const { tell, tellFault, dataDir, now } = options;
  for (const fault of version.warnings) {
    tell(`⚠️ ${line(fault)}. Лиды профиля пойдут в чат менеджеров`);
  }
  const photos: PhotoStore = createSharedPhotoStore(options);
  await bringPhotos(dataDir, photos, {
    profiles: version.profiles,
    journal: undefined,
    now,
    failed: (name, cause) => tellFault(`❌ Фото ${name} в базу не взять: ${cause}`),
  });
  for (const { key, photoFile } of version.profiles.byKey.values()) {
    if (photoFile === null || await photos.has(photoFile)) continue;
    tell(`⚠️ ${key}.step1.photo_file: такого фото нет. Приветствие уйдёт без него`);
  }
}

function everything({ profiles }: Version): string {
  return `первый текст, профилей ${profiles.byKey.size}`;
}

/** What differs, by key. */
function changes(text: string, { content }: Version): string {
  const before = parseText(text);
  if (!before.ok) return "прежний текст был с ошибкой";
  const earlier = before.version.content;
  const changed = changedKeys(earlier, content).filter((key) =>
    withoutLayout(textIn(earlier, key)) !== withoutLayout(textIn(content, key))
  );
  const parts = Object.entries({
    "добавлено": changed.filter((key) => !earlier.members.has(key)),
    "изменено": changed.filter((key) => earlier.members.has(key) && content.members.has(key)),
    "убрано": changed.filter((key) => !content.members.has(key)),
  }).flatMap(([word, keys]) => keys.length === 0 ? [] : `${word} — ${keys.join(", ")}`);
  return parts.join("; ") || "изменён только порядок или вид текста";
}

/** Empty where there is no such key. */
function textIn({ members }: JsonText, key: string): string {
  return members.get(key)?.text ?? "";
}

function line({ path, message }: Fault): string {
  return path === "" ? message : `${path}: ${message}`;
}
