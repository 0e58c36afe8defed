// What processes on one database share, and a process alone has in files: the profiles' text and the uploaded photos.

import type { MediaRecords, PhotoBytes } from "./media.ts";
import type { SharedProfileRecords } from "./shared_profiles.ts";

export { mediaRecords, photoBytes } from "./media.ts";
export { sharedProfileRecords } from "./shared_profiles.ts";
export type { SharedRevisions, SharedText } from "./shared_profiles.ts";

export type SharedRecords = SharedProfileRecords & MediaRecords & PhotoBytes;
