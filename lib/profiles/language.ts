// Languages of a profile and of the menu: tags, and the texts that a reader gets. Touches no file.

import type { Button, MenuTexts, Profile, Profiles } from "./profile.ts";
import { shownButtons } from "./shown_menu.ts";

/** The profile in a reader's language; each text that is not translated is the base's. */
export function inLanguage(profile: Profile, language: string | null): Profile {
  const translation = forLanguage(profile.translations, language);
  if (translation === undefined) return profile;
  const {
    caption,
    awayText,
    pausedText,
    buttons,
    confirmationTemplate,
    afterHoursText,
    thanksText,
    phone,
    choices,
  } = translation;
  return {
    ...profile,
    caption: caption ?? profile.caption,
    awayText: awayText ?? profile.awayText,
    pausedText: pausedText ?? profile.pausedText,
    buttons: inWords(profile.buttons, buttons),
    confirmationTemplate: confirmationTemplate ?? profile.confirmationTemplate,
    afterHoursText: afterHoursText ?? profile.afterHoursText,
    thanksText: thanksText ?? profile.thanksText,
    phone: profile.phone && {
      waitMs: profile.phone.waitMs,
      ask: phone.ask ?? profile.phone.ask,
      share: phone.share ?? profile.phone.share,
      skip: phone.skip ?? profile.phone.skip,
      thanks: phone.thanks ?? profile.phone.thanks,
    },
    // A button that is translated is not confirmed in the base's words.
    choices: new Map([...profile.choices, ...buttons, ...choices]),
  };
}

/** The menu that a reader sees, in their language; each text that is not translated is the base's. */
export function menuInLanguage(profiles: Profiles, language: string | null): MenuTexts {
  const translation = forLanguage(profiles.menuTranslations, language);
  const menu = shownButtons(profiles);
  const isWhole = menu.length === profiles.menu.length;
  if (translation === undefined && isWhole) return profiles;
  return {
    welcomeText: translation?.welcomeText ?? profiles.welcomeText,
    awayText: translation?.awayText ?? profiles.awayText,
    menu: translation === undefined ? menu : inWords(menu, translation.buttons),
  };
}

/** Says why a tag is no IETF language tag (RFC 5646); null for one that may be. */
export function languageFault(tag: string): string | null {
  if (/^[a-z]{2,3}(-[a-z\d]{2,8})*$/i.test(tag)) return null;
  return "такого языка нет, нужен код вида en или pt-br";
}

/** A region's texts, else its language's: `pt` also serves `pt-BR`. */
function forLanguage<T>(byTag: ReadonlyMap<string, T>, language: string | null): T | undefined {
  const tag = language?.toLowerCase() ?? "";
  return byTag.get(tag) ?? byTag.get(tag.split("-")[0] ?? "");
}

function inWords(buttons: readonly Button[], texts: ReadonlyMap<string, string>): Button[] {
  return buttons.map(({ text, callbackData }) => ({
    text: texts.get(callbackData) ?? text,
    callbackData,
  }));
}
