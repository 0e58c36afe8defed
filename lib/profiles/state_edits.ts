// Puts a profile live or on pause in locales.json: text in, text out. Touches no file.

import { withValue } from "../json/edit.ts";
import { valueAt } from "../json/text.ts";
import { type Content, MENU_KEY } from "./edits.ts";
import { LIMITS } from "./limits.ts";
import { withMenuButton } from "./list.ts";
import { menuFormOf } from "./menu_edits.ts";
import { record } from "./raw_values.ts";
import { type ProfileState, STATES } from "./state.ts";

/** The state of a profile in a good file. */
export function stateOf(raw: unknown): ProfileState {
  const { state } = record(raw);
  return STATES.find((each) => each === state) ?? "live";
}

/** The file with a profile in this state. `live` is written as no state, as in files before there were states. */
export function withState(content: Content, key: string, state: ProfileState): Content {
  const profile = record(valueAt(content, key));
  if (stateOf(profile) === state) return content;
  return withValue(content, key, { ...profile, state: state === "live" ? undefined : state });
}

/** The file with a profile live, and with a button in the menu if it is wanted there. */
export function withPublished(content: Content, key: string, toMenu: boolean): Content {
  const live = withState(content, key, "live");
  if (!toMenu || placeInMenu(live, key) !== "free") return live;
  return withMenuButton(live, key, String(record(valueAt(live, key))["name"]));
}

/** Whether a profile has a button in the menu, could have one, or finds the menu full. */
export function placeInMenu(content: Content, key: string): "taken" | "free" | "full" {
  const { buttons } = menuFormOf(valueAt(content, MENU_KEY));
  if (buttons.some(({ profile }) => profile === key)) return "taken";
  return buttons.length < LIMITS.buttons ? "free" : "full";
}
