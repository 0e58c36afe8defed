// Languages by name, for the tabs of a profile.

/** What the editor offers to add: the languages of those who write to Russian-speaking agencies most. */
export const OFFERED = [
  "en",
  "uk",
  "be",
  "kk",
  "uz",
  "ky",
  "hy",
  "ka",
  "az",
  "de",
  "fr",
  "es",
  "it",
  "tr",
  "zh",
  "ar",
] as const;

/** A language in its own words: `English`, `Deutsch`. */
export function nameOfLanguage(tag: string): string {
  const known = names.get(tag);
  if (known !== undefined) return known;
  const name = new Intl.DisplayNames([tag], { type: "language" }).of(tag) ?? tag;
  const capitalised = name.slice(0, 1).toLocaleUpperCase(tag) + name.slice(1);
  names.set(tag, capitalised);
  return capitalised;
}

const names = new Map<string, string>();

/** Whether a tag is one that visitors' apps can have (as `locales.json` allows them). */
export function isLanguageTag(tag: string): boolean {
  return /^[a-z]{2,3}(-[a-z\d]{2,8})*$/.test(tag);
}
