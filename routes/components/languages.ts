// Languages by their own names, for the tabs of a profile and of the menu.

/**
 * Each in its own words and letters, with a capital: the names that Intl has are English for the smaller ones,
 * because the runtime carries a part of CLDR alone.
 */
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

/**
 * What the editor offers to add: the languages of those who write to Russian-speaking agencies most. By alphabet,
 * Cyrillic first, then Latin, then the rest.
 */
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

/** A language in its own words, with its region where it has one: `English`, `Português (BR)`. What is not known is its tag. */
export function nameOfLanguage(tag: string): string {
  const [language = "", ...rest] = tag.toLowerCase().split("-");
  const name = Object.hasOwn(OWN_NAMES, language) ? OWN_NAMES[language] : undefined;
  if (name === undefined) return tag;
  return rest.length === 0 ? name : `${name} (${rest.join("-").toUpperCase()})`;
}

/** Whether a tag is one that visitors' apps can have (as `locales.json` allows them). */
export function isLanguageTag(tag: string): boolean {
  return /^[a-z]{2,3}(-[a-z\d]{2,8})*$/.test(tag);
}
