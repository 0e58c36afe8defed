// What the states of profiles make of the menu: visitors see the buttons of live ones. Touches no file.

import type { Fault } from "./faults.ts";
import type { ProfileState } from "./state.ts";
import { type Button, type MenuTexts, type Profile, type Profiles, SELECT } from "./profile.ts";

type Menu = Pick<Profiles, "menu" | "byKey">;

/** The menu's buttons without those of drafts and paused profiles. */
export function shownButtons({ menu, byKey }: Menu): Button[] {
  return menu.filter((button) => profileBehind(button, byKey)?.state === "live");
}

/** The menu's texts with the buttons that visitors see. */
export function shownMenu(texts: MenuTexts, byKey: Menu["byKey"]): MenuTexts {
  return { ...texts, menu: shownButtons({ menu: texts.menu, byKey }) };
}

/** The first paused profile of a menu that has no live one: its text is all there is to say. */
export function onlyPaused(profiles: Menu): Profile | undefined {
  if (shownButtons(profiles).length > 0) return undefined;
  return profiles.menu.map((button) => profileBehind(button, profiles.byKey))
    .find((profile) => profile?.state === "paused");
}

/** The drafts that the file has in the menu, with their paths. */
export function draftsInMenu({ menu, byKey }: Menu): Fault[] {
  return menu.flatMap((button, index) => {
    const profile = profileBehind(button, byKey);
    if (profile?.state !== "draft") return [];
    const message = `профиль «${profile.key}» в меню не показан, пока черновик`;
    return [{ path: `fallback.buttons[${index}]`, message }];
  });
}

/** The state of each profile, by its key. */
export function statesOf({ byKey }: Pick<Profiles, "byKey">): Map<string, ProfileState> {
  return new Map([...byKey.values()].map(({ key, state }) => [key, state]));
}

function profileBehind({ callbackData }: Button, byKey: Menu["byKey"]): Profile | undefined {
  return byKey.get(callbackData.slice(SELECT.length));
}
