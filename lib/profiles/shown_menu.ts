// Which buttons of the menu visitors see: those of live profiles. Touches no file.

import type { Fault } from "./faults.ts";
import { type Button, type Profile, type Profiles, SELECT } from "./profile.ts";

type Menu = Pick<Profiles, "menu" | "byKey">;

/** The menu's buttons without those of drafts and paused profiles. */
export function shownButtons({ menu, byKey }: Menu): Button[] {
  return menu.filter((button) => profileBehind(button, byKey)?.state === "live");
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

function profileBehind({ callbackData }: Button, byKey: Menu["byKey"]): Profile | undefined {
  return byKey.get(callbackData.slice(SELECT.length));
}
