// Profiles for tests: a small complete locales.json, which a test edits where it matters.

import { parseProfiles } from "../../lib/profiles/parse.ts";
import type { Profile, Profiles } from "../../lib/profiles/profile.ts";

/** locales.json as tests edit it. */
// deno-lint-ignore no-explicit-any
export type Locales = any;

/** A locales.json with one profile, `agency`, without a fault. */
export function someLocales(edit: (locales: Locales) => void = () => {}): Locales {
  const locales: Locales = {
    fallback: {
      welcome_text: "Выберите, с чем вам помочь.",
      buttons: [{ text: "Маркетинг", callback_data: "select_agency" }],
    },
    agency: {
      name: "MONSTER AGENCY",
      webhook_url: "https://crm.example.ru/webhook/agency",
      step1: {
        photo_url: "https://example.ru/agency.jpg",
        caption: "Что для вас сейчас главное?",
        buttons: [
          { text: "Привлечь клиентов", callback_data: "agency_clients" },
          { text: "Создать сайт", callback_data: "agency_website" },
        ],
      },
      step2: {
        success_caption_template: "✅ Принято: {choice}.",
        admin_message_template: "Запрос: {choice}, контакт: @{username}",
        choices: { agency_clients: "Привлечь клиентов", agency_website: "Создать сайт" },
      },
      followup: { admin_followup_template: "Дополнение от @{username}:\n{message}" },
    },
  };
  edit(locales);
  return locales;
}

/** Another profile for such a file, with callback data of its own. */
export function anotherProfile(key: string): Locales {
  const profile = someLocales().agency;
  profile.step1.buttons = [{ text: "Ролик", callback_data: `${key}_video` }];
  profile.step2.choices = {};
  return profile;
}

/** The same file with this many profiles, each with a button in the menu. */
export function withProfiles(locales: Locales, count: number): Locales {
  const all = structuredClone(locales);
  const isProfile = (key: string) => !/^(fallback$|[_$])/.test(key);
  for (let nth = Object.keys(all).filter(isProfile).length + 1; nth <= count; nth += 1) {
    const key = `profile${nth}`;
    all[key] = { ...anotherProfile(key), name: `MONSTER № ${nth}` };
    all.fallback.buttons.push({ text: `Кнопка ${nth}`, callback_data: `select_${key}` });
  }
  return all;
}

/** The profiles of such a file; fails when they have a fault. */
export function someProfiles(edit?: (locales: Locales) => void): Profiles {
  const result = parseProfiles(someLocales(edit));
  if (!result.ok) {
    throw new TypeError(`Cannot use these profiles: ${JSON.stringify(result.faults)}`);
  }
  return result.profiles;
}

/** The profile `agency`, edited. */
export function aProfile(edit: (agency: Locales) => void = () => {}): Profile {
  const profile = someProfiles(({ agency }) => edit(agency)).byKey.get("agency");
  if (profile === undefined) throw new TypeError("Cannot use these profiles: no agency");
  return profile;
}
