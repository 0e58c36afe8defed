// Telegram's user → the visitor that a lead is about.

import type { User } from "grammy/types";
import type { Visitor } from "../lead.ts";

export function visitorOf(user: User): Visitor {
  return {
    userId: user.id,
    username: user.username || null,
    firstName: user.first_name,
    lastName: user.last_name || null,
    language: user.language_code ?? null,
  };
}
