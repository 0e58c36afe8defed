// Languages by their own names, for the tabs of a profile and of the menu.

/** Native names, capitalized. Intl is no help: the runtime has only a part of CLDR and falls back to English names. */
const OWN_NAMES: Readonly<Record<string, string>> = {
  be: "Беларуская",
  bg: "Български",
  ky: "Кыргызча",
  kk: "Қазақша",
  mk: "Македонски",
  mn: "Монгол",
  ru: "Русский",
  sr: "Српски",
  tt: "Татарча",
  tg: "Тоҷикӣ",
  uk: "Українська",
  az: "Azərbaycanca",
  id: "Bahasa Indonesia",
  ms: "Bahasa Melayu",
  bs: "Bosanski",
  ca: "Català",
  cs: "Čeština",
  da: "Dansk",
  de: "Deutsch",
  et: "Eesti",
  en: "English",
  es: "Español",
  fr: "Français",
  hr: "Hrvatski",
  it: "Italiano",
  lv: "Latviešu",
  lt: "Lietuvių",
  hu: "Magyar",
  nl: "Nederlands",
  nb: "Norsk",
  no: "Norsk",
  uz: "Oʻzbekcha",
  pl: "Polski",
  pt: "Português",
  ro: "Română",
  sq: "Shqip",
  sk: "Slovenčina",
  sl: "Slovenščina",
  fi: "Suomi",
  sv: "Svenska",
  tl: "Tagalog",
  vi: "Tiếng Việt",
  tr: "Türkçe",
  tk: "Türkmençe",
  el: "Ελληνικά",
  hy: "Հայերեն",
  ka: "ქართული",
  he: "עברית",
  ar: "العربية",
  fa: "فارسی",
  hi: "हिन्दी",
  th: "ไทย",
  zh: "中文",
  ja: "日本語",
  ko: "한국어",
};

/** The languages that the editor offers, in alphabetical order: Cyrillic, Latin, then other scripts. */
export const OFFERED = [
  "be",
  "ky",
  "kk",
  "tg",
  "uk",
  "az",
  "de",
  "en",
  "es",
  "fr",
  "it",
  "uz",
  "pl",
  "pt",
  "tr",
  "hy",
  "ka",
  "he",
  "ar",
  "zh",
] as const;

/** A language's native name with its region, if any: `English`, `Português (BR)`. The tag itself for an unknown language. */
export function nameOfLanguage(tag: string): string {
  const [language = "", ...rest] = tag.toLowerCase().split("-");
  const name = Object.hasOwn(OWN_NAMES, language) ? OWN_NAMES[language] : undefined;
  if (name === undefined) return tag;
  return rest.length === 0 ? name : `${name} (${rest.join("-").toUpperCase()})`;
}

/** Whether `locales.json` allows a language tag. */
export function isLanguageTag(tag: string): boolean {
  return /^[a-z]{2,3}(-[a-z\d]{2,8})*$/.test(tag);
}
