// A profile as its form has it: its faults, and the profile for the preview. Touches no file.

import { repeatMessage, repeatsIn } from "./button_texts.ts";
import { changedCrm, crmFormFaults } from "./crm_edits.ts";
import { readCrm } from "./crm_schema.ts";
import { type Content, type ProfileForm, withProfile } from "./edits.ts";
import type { Fault } from "./faults.ts";
import { valueAt, valuesOf } from "../json/text.ts";
import { ownChatChange, readOwnChat } from "./managers_chat.ts";
import { draftPhone, NO_PHONE } from "./phone_edits.ts";
import { withNameIn } from "./name_in_texts.ts";
import { isForbiddenAddress } from "./network_address.ts";
import { parseProfiles } from "./parse.ts";
import type { Profile } from "./profile.ts";
import { record } from "./raw_values.ts";
import { addressFault } from "./webhook_address.ts";

/**
 * The faults of a profile's form, with paths inside the profile. Stricter than the file: an unusable webhook address and
 * repeated button texts are faults here.
 */
export function profileFaults(content: Content, key: string, form: ProfileForm): Fault[] {
  const result = parseProfiles(valuesOf(withProfile(content, key, form)));
  // An empty choice is the button's text, whose fault is reported there.
  const untyped = new Set(
    form.buttons.filter(({ choice }) => choice.trim() === "")
      .map(({ callbackData }) => `step2.choices.${callbackData}`),
  );
  const faults = (result.ok ? [] : result.faults).map(({ path, message }) => ({
    path: path.startsWith(`${key}.`) ? path.slice(key.length + 1) : path,
    message,
  })).filter(({ path }) => !untyped.has(path));
  const translations = result.ok ? result.profiles.byKey.get(key)?.translations : undefined;
  const profile = { ...draftProfile(key, form), translations: translations ?? new Map() };
  for (const repeat of repeatsIn(profile)) {
    faults.push({ path: `step1.buttons[${repeat.index}].text`, message: repeatMessage(repeat) });
  }
  faults.push(...crmFaults(content, key, form), ...ownChatFaults(content, key, form));
  if (form.webhookUrl.trim() === "") return faults;
  const fault = addressFault(form.webhookUrl) ??
    (isForbiddenAddress(form.webhookUrl) ? FORBIDDEN_ADDRESS : null);
  return fault === null ? faults : [{ path: "webhook_url", message: fault }, ...faults];
}

/** In the file they are warnings, because its leads still reach the managers. */
function crmFaults(content: Content, key: string, { crm: form }: ProfileForm): Fault[] {
  if (form === undefined || form.kind === "chat" || form.kind === "other") return [];
  const ofForm = crmFormFaults(form);
  const raw = record(valueAt(content, key));
  const change = changedCrm(raw, form);
  const ofValues: Fault[] = [];
  readCrm("crm" in change ? change.crm : raw["crm"], "", ofValues);
  const known = new Set(ofForm.map(({ path }) => path));
  return [
    ...ofForm,
    ...ofValues.map(({ path, message }) => ({ path: path.slice(1), message }))
      .filter(({ path }) => !known.has(path)),
  ];
}

/** Warnings in the file too, because its leads then reach the main managers' chat. */
function ownChatFaults(content: Content, key: string, { ownChat }: ProfileForm): Fault[] {
  if (ownChat === undefined) return [];
  const raw = record(valueAt(content, key));
  const faults: Fault[] = [];
  readOwnChat({ ...raw, ...ownChatChange(raw, ownChat) }, "", faults);
  return faults;
}

/** Why the page refuses an address that the file may contain. */
export const FORBIDDEN_ADDRESS = "это служебный адрес машины, CRM на нём не бывает";

/** The profile for the preview, even from a faulty form. */
export function draftProfile(key: string, form: ProfileForm): Profile {
  const photo = form.photoUrl.trim();
  const uploaded = form.photoFile?.trim() ?? "";
  return withNameIn({
    key,
    name: form.name,
    state: "live",
    pausedText: form.pausedText?.trim() ? form.pausedText : null,
    aliases: form.aliases ?? [],
    webhook: form.webhookUrl.trim() === "" ? null : { url: form.webhookUrl.trim(), fault: null },
    crm: form.crm === undefined ? null : readCrm(changedCrm({}, form.crm).crm, key, []),
    ownChat: null,
    crmTimeoutMs: null,
    photoUrl: photo === "" || addressFault(photo) !== null ? null : photo,
    photoFile: uploaded === "" ? null : uploaded,
    caption: form.caption,
    awayText: form.awayText?.trim() ? form.awayText : null,
    buttons: form.buttons.map(({ text, callbackData }) => ({ text, callbackData })),
    confirmationTemplate: form.confirmationTemplate,
    afterHoursText: form.afterHoursText?.trim() ? form.afterHoursText : null,
    followUpTemplate: form.followUpTemplate,
    thanksText: form.thanksText.trim() === "" ? null : form.thanksText,
    phone: draftPhone(form.phone ?? NO_PHONE),
    choices: new Map(
      form.buttons.flatMap(({ callbackData, choice }) =>
        choice.trim() === "" ? [] : [[callbackData, choice] as const]
      ),
    ),
    translations: new Map(),
  });
}
