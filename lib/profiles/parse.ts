// The content of locales.json: unknown → profiles, or a list of faults with their paths. Touches no file.

import { isRecord } from "../foreign.ts";
import { checkAliases, checkKey, checkMenu, checkProfile } from "./checks.ts";
import type { CrmSettings } from "./crm.ts";
import { readCrm } from "./crm_schema.ts";
import { isTooDeep } from "./depth.ts";
import { type Fault, found, read } from "./faults.ts";
import { LIMITS } from "./limits.ts";
import { type OwnChat, readOwnChat } from "./managers_chat.ts";
import { toPhone, toPhoneTexts } from "./phone_schema.ts";
import { withNameIn } from "./name_in_texts.ts";
import { isForbiddenAddress } from "./network_address.ts";
import { presetAddressFault } from "./preset_address.ts";
import type {
  Button,
  MenuTranslation,
  Profile,
  Profiles,
  Translation,
  Webhook,
} from "./profile.ts";
import {
  MenuSchema,
  ProfileSchema,
  type RawMenu,
  type RawMenuTranslation,
  type RawProfile,
  type RawTranslation,
} from "./schema.ts";
import { addressFault } from "./webhook_address.ts";

/** The profiles, or every fault of the file. */
export type ProfilesResult =
  /** Warnings concern destinations alone: leads go to the managers' chat then. */
  | { readonly ok: true; readonly profiles: Profiles; readonly warnings: readonly Fault[] }
  | { readonly ok: false; readonly faults: readonly Fault[] };

/** Reads parsed locales.json; unknown keys are no fault. A map keeps the order of whole-number keys. */
export function parseProfiles(content: unknown): ProfilesResult {
  const faults: Fault[] = [];
  const warnings: Fault[] = [];
  if (!isRecord(content)) {
    return { ok: false, faults: [{ path: "", message: `${found(content)}, нужен объект JSON` }] };
  }
  const all = content instanceof Map
    ? content as ReadonlyMap<string, unknown>
    : new Map(Object.entries(content));
  for (const [key, value] of all) {
    if (isTooDeep(value)) {
      faults.push({ path: key, message: `вложенность глубже ${LIMITS.depth}, столько не бывает` });
    }
  }
  if (faults.length > 0) return { ok: false, faults }; // Any walk through it could overflow the stack.
  const menu = read(MenuSchema, all.get("fallback"), "fallback", faults);
  const entries = [...all].filter(([key]) => isProfileKey(key));
  if (entries.length === 0) {
    faults.push({ path: "", message: "нет ни одного профиля, нужен хотя бы один" });
  }

  const byKey = new Map<string, Profile>();
  const callbackDataPaths = new Map<string, string>();
  for (const [key, value] of entries) {
    checkKey(key, faults);
    const raw = read(ProfileSchema, value, key, faults);
    if (raw === undefined) continue;
    const ownChat = readOwnChat(raw, key, warnings);
    const profile = withNameIn(toProfile(key, raw, readCrm(raw.crm, key, warnings), ownChat));
    checkProfile(profile, callbackDataPaths, faults);
    const warning = warningOf(profile);
    if (warning !== null) warnings.push({ path: `${key}.webhook_url`, message: warning });
    byKey.set(key, profile);
  }
  const keys = new Set(entries.map(([key]) => key));
  checkAliases([...byKey.values()], keys, faults);
  if (menu !== undefined) checkMenu(menu.buttons.map(toButton), keys, callbackDataPaths, faults);
  if (faults.length > 0 || menu === undefined) return { ok: false, faults };
  return { ok: true, profiles: toProfiles(menu, byKey), warnings };
}

/** Notes such as `_comment` or `$schema` may stand beside the profiles. */
function isProfileKey(key: string): boolean {
  return key !== "fallback" && !key.startsWith("_") && !key.startsWith("$");
}

function warningOf({ webhook, crm }: Profile): string | null {
  if (crm?.kind === "amocrm") return null; // It needs no webhook.
  if (webhook !== null) return webhook.fault;
  return crm?.kind === "faulty" ? null : "нет адреса вебхука"; // It may be of a kind that needs none.
}

function toProfiles(menu: RawMenu, byKey: ReadonlyMap<string, Profile>): Profiles {
  const byCallbackData = new Map<string, Profile>();
  const byAlias = new Map<string, Profile>();
  for (const profile of byKey.values()) {
    for (const alias of profile.aliases) byAlias.set(alias, profile);
    for (const button of profile.buttons) byCallbackData.set(button.callbackData, profile);
  }
  return {
    welcomeText: menu.welcome_text,
    awayText: menu.away_text,
    menu: menu.buttons.map(toButton),
    menuTranslations: inLowerCase(menu.translations, toMenuTranslation),
    byKey,
    byAlias,
    byCallbackData,
  };
}

function toProfile(
  key: string,
  raw: RawProfile,
  crm: CrmSettings | null,
  ownChat: OwnChat | null,
): Profile {
  return {
    key,
    name: raw.name,
    state: raw.state,
    pausedText: raw.paused_text,
    aliases: raw.aliases,
    webhook: toWebhook(raw.webhook_url, crm),
    crm,
    ownChat,
    crmTimeoutMs: raw.timeout_seconds == null ? null : raw.timeout_seconds * 1000,
    photoUrl: raw.step1.photo_url?.trim() || null,
    photoFile: raw.step1.photo_file?.trim() || null,
    caption: raw.step1.caption,
    awayText: raw.step1.away_text,
    buttons: raw.step1.buttons.map(toButton),
    confirmationTemplate: raw.step2.success_caption_template,
    afterHoursText: raw.step2.after_hours_text,
    followUpTemplate: raw.followup.admin_followup_template,
    thanksText: raw.followup.thanks_text,
    phone: raw.phone == null ? null : toPhone(raw.phone),
    choices: raw.step2.choices,
    translations: inLowerCase(raw.translations, toTranslation),
  };
}

function inLowerCase<Raw, Texts>(
  translations: ReadonlyMap<string, Raw>,
  toTexts: (raw: Raw) => Texts,
): Map<string, Texts> {
  return new Map([...translations].map(([tag, raw]) => [tag.toLowerCase(), toTexts(raw)]));
}

function toMenuTranslation(raw: RawMenuTranslation): MenuTranslation {
  return {
    welcomeText: raw.welcome_text ?? null,
    awayText: raw.away_text ?? null,
    buttons: new Map(raw.buttons.map(({ text, callback_data }) => [callback_data, text])),
  };
}

function toTranslation(raw: RawTranslation): Translation {
  const { step1, step2, followup, phone } = raw;
  return {
    caption: step1.caption ?? null,
    awayText: step1.away_text ?? null,
    pausedText: raw.paused_text ?? null,
    buttons: new Map(step1.buttons?.map(({ text, callback_data }) => [callback_data, text])),
    confirmationTemplate: step2.success_caption_template ?? null,
    afterHoursText: step2.after_hours_text ?? null,
    thanksText: followup.thanks_text ?? null,
    phone: toPhoneTexts(phone),
    choices: step2.choices ?? new Map(),
  };
}

function toButton(raw: { text: string; callback_data: string }): Button {
  return { text: raw.text, callbackData: raw.callback_data };
}

function toWebhook(value: unknown, crm: CrmSettings | null): Webhook | null {
  if (value === undefined || value === null) return null;
  if (typeof value !== "string") {
    return { url: "", fault: `${found(value)}, нужен адрес http:// или https://` };
  }
  const url = value.trim();
  return url === "" ? null : { url, fault: webhookFault(url, crm) };
}

function webhookFault(url: string, crm: CrmSettings | null): string | null {
  if (isForbiddenAddress(url)) return "это служебный адрес машины, CRM на нём не бывает";
  const fault = addressFault(url);
  if (fault !== null) return fault;
  const isPreset = crm?.kind === "bitrix24" || crm?.kind === "google_sheets";
  return isPreset ? presetAddressFault(crm.kind, url) : null;
}
