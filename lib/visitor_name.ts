// How a visitor is named: by name, @username or id.

import type { Visitor } from "./lead.ts";

/** `@name`, or `id<number>` without a username. */
export function contact(visitor: Visitor): string {
  return visitor.username === null ? `id${visitor.userId}` : `@${visitor.username}`;
}

/** First and last name joined by a space; the contact when both are blank. */
export function fullName(visitor: Visitor): string {
  const names = [visitor.firstName, visitor.lastName ?? ""].filter((name) => !isBlank(name));
  return names.length === 0 ? contact(visitor) : names.join(" ");
}

/** Whether a text shows nothing: only spaces, invisible and unreadable characters. */
export function isBlank(text: string): boolean {
  return !VISIBLE.test(text);
}

/** U+2800 is an empty braille cell, U+FFFD replaces unreadable bytes. */
const VISIBLE = /[^\p{White_Space}\p{Default_Ignorable_Code_Point}\p{Cc}\p{Cf}\p{Cs}\u2800\ufffd]/u;
