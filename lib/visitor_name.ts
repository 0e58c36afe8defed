// What a visitor is called: by name, by @username or by id. Knows no text.

import type { Visitor } from "./lead.ts";

/** `@name`, or `id<number>` for who has none (user requirement). */
export function contact(visitor: Visitor): string {
  return visitor.username === null ? `id${visitor.userId}` : `@${visitor.username}`;
}

/** First and last name joined by a space, literally; the contact where neither shows anything. */
export function fullName(visitor: Visitor): string {
  const names = [visitor.firstName, visitor.lastName ?? ""].filter((name) => !isBlank(name));
  return names.length === 0 ? contact(visitor) : names.join(" ");
}

/** Whether nothing of a text can be seen: spaces, invisible and unreadable characters alone. */
export function isBlank(text: string): boolean {
  return !VISIBLE.test(text);
}

/** U+2800 is drawn as an empty cell, U+FFFD stands for what could not be read. */
const VISIBLE = /[^\p{White_Space}\p{Default_Ignorable_Code_Point}\p{Cc}\p{Cf}\p{Cs}\u2800\ufffd]/u;
