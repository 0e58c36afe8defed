// Whether visitors see a profile: the states, and their schema. Touches no file.

import * as v from "valibot";
import { word } from "./crm_values.ts";
import { nearestWord } from "./nearest_word.ts";

/** What the file may have under `state`. */
export const STATES = ["draft", "live", "paused"] as const;

/**
 * `draft`: only managers see it, by its link. `live`: everybody does. `paused`: visitors read its `paused_text` instead of
 * its greeting. A press on a button that was shown before is a lead in every state.
 */
export type ProfileState = typeof STATES[number];

/** A missing state is `live`. */
export const StateSchema = v.nullish(v.picklist(STATES, ({ input }) => stateFault(input)), "live");

function stateFault(value: unknown): string {
  const meant = typeof value === "string" ? nearestWord(value, STATES) : undefined;
  const hint = meant === undefined ? "" : `; может быть, ${meant}`;
  return `${word(value)}, нужно одно из: ${STATES.join(", ")}${hint}`;
}
