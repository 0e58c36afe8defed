// The names of a lead's places: the same on every chip, bar, row and table.

import { PLACE_WORDS } from "../../lib/managers/texts.ts";
import { bilingual } from "./bilingual.ts";

export const PLACE_NAMES = bilingual(PLACE_WORDS, {
  on_its_way: "On its way",
  in_admin_chat: "In the chat",
  held: "To be decided",
  blocked: "Blocked",
  in_crm: "In the CRM",
  by_hand: "Entered by hand",
});
