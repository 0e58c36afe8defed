// A profile and the menu as the bot uses them, read and checked. Touches no file.

import type { CrmSettings } from "./crm.ts";
import type { OwnChat } from "./managers_chat.ts";
import type { ProfileState } from "./state.ts";

/** An inline button: its text, and what a press on it sends. */
export interface Button {
  readonly text: string;
  readonly callbackData: string;
}

/** One offer of the agency: its texts, with `{name}` already replaced, and the destination of its leads. */
export interface Profile {
  readonly key: string;
  readonly name: string;
  readonly state: ProfileState;
  /** What visitors read while it is paused; null where the file says nothing. */
  readonly pausedText: string | null;
  /** Earlier words of its links; they still lead here. */
  readonly aliases: readonly string[];
  /** Null where the file has none, or an impossible one: then leads go to the managers' chat. */
  readonly webhook: Webhook | null;
  /** Null where leads go to `webhook` as plain JSON. */
  readonly crm: CrmSettings | null;
  /** The managers' chat that gets its cards; null for the main one. */
  readonly ownChat: OwnChat | null;
  /** How long the CRM may take, in ms; null leaves it to the configuration. */
  readonly crmTimeoutMs: number | null;
  readonly photoUrl: string | null;
  /** The name of an uploaded photo, which goes before the address; it may be missing on disk. */
  readonly photoFile: string | null;
  readonly caption: string;
  /** What stands above its buttons after an absence of the bot; null for what the menu says then. */
  readonly awayText: string | null;
  readonly buttons: readonly Button[];
  /** With `{choice}`. */
  readonly confirmationTemplate: string;
  /** What stands below the confirmation outside working hours, with `{choice}` where it has it; null for nothing. */
  readonly afterHoursText: string | null;
  /** With `{username}` and `{message}`. */
  readonly followUpTemplate: string;
  /** What a visitor reads after a follow-up; null where the file says nothing. */
  readonly thanksText: string | null;
  /** Null where visitors are asked for no phone. */
  readonly phone: PhoneQuestion | null;
  readonly choices: ReadonlyMap<string, string>;
  /** By language tag in lower case, such as `en` or `pt-br`. */
  readonly translations: ReadonlyMap<string, Translation>;
}

/** The question for a phone after the confirmation. */
export interface PhoneQuestion extends PhoneTexts {
  readonly ask: string;
  /** How long a lead waits for the answer before it goes to the CRM, in ms. */
  readonly waitMs: number;
}

/** Its texts; null where the file says nothing. */
export interface PhoneTexts {
  readonly ask: string | null;
  /** The button that shares the visitor's own number. */
  readonly share: string | null;
  /** The button that passes the question over. */
  readonly skip: string | null;
  readonly thanks: string | null;
}

/** A profile's texts in another language; what is missing is the base's. */
export interface Translation {
  readonly caption: string | null;
  readonly awayText: string | null;
  readonly pausedText: string | null;
  /** By callback data. */
  readonly buttons: ReadonlyMap<string, string>;
  readonly confirmationTemplate: string | null;
  readonly afterHoursText: string | null;
  readonly thanksText: string | null;
  readonly phone: PhoneTexts;
  readonly choices: ReadonlyMap<string, string>;
}

/** Texts for visitors who came without a profile, or whose menu was open while the bot was away. */
export interface MenuTexts {
  readonly welcomeText: string;
  /** The reminder after an absence; null where the file says nothing. */
  readonly awayText: string | null;
  /** Each button's callback data is `select_<profile>`. */
  readonly menu: readonly Button[];
}

/** The menu's texts in another language; what is missing is the base's. */
export interface MenuTranslation {
  readonly welcomeText: string | null;
  readonly awayText: string | null;
  /** By callback data. */
  readonly buttons: ReadonlyMap<string, string>;
}

/** A webhook address as the file has it; `fault` says why nothing can be posted to it. */
export interface Webhook {
  readonly url: string;
  readonly fault: string | null;
}

/** The whole file: the menu and all profiles. */
export interface Profiles extends MenuTexts {
  /** By language tag in lower case. */
  readonly menuTranslations: ReadonlyMap<string, MenuTranslation>;
  readonly byKey: ReadonlyMap<string, Profile>;
  readonly byAlias: ReadonlyMap<string, Profile>;
  /** By the callback data of the buttons under its greeting. */
  readonly byCallbackData: ReadonlyMap<string, Profile>;
}

/** A menu button's callback data is this followed by the profile's key. */
export const SELECT = "select_";

/** Finds the profile that a link's word leads to: its key, or one of its aliases. */
export function profileOfWord(
  { byKey, byAlias }: Pick<Profiles, "byKey" | "byAlias">,
  word: string,
): Profile | undefined {
  return byKey.get(word) ?? byAlias.get(word);
}

/** Whether a profile's leads can go anywhere but into the managers' chat. */
export function hasDestination({ crm, webhook }: Pick<Profile, "crm" | "webhook">): boolean {
  if (crm?.kind === "amocrm") return true;
  return crm?.kind !== "faulty" && webhook !== null && webhook.fault === null;
}

/** A confirmation's template with what stands below it outside working hours. */
export function withAfterHours(template: string, afterHours: string): string {
  return `${template.trimEnd()}\n\n${afterHours.trim()}`;
}

/** What a press on this button asks for, in words; not translated. */
export function choiceText(profile: Profile, button: Button): string {
  return profile.choices.get(button.callbackData) ?? button.text;
}
