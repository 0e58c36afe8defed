// Texts in both languages; the type checker requires the same keys.

import type { Language } from "../../lib/page/language.ts";

/** English must have the keys and parameters of the Russian texts. */
export function bilingual<Words>(
  ru: Words,
  en: NoInfer<Words>,
): Readonly<Record<Language, Words>> {
  return { ru, en };
}

/** The form of a word for a number: 1 лид, 2 лида, 5 лидов. */
export function plural(
  language: Language,
  count: number,
  forms: { readonly one: string; readonly few?: string; readonly many: string },
): string {
  const rule = RULES[language].select(count);
  if (rule === "one") return forms.one;
  return rule === "few" ? forms.few ?? forms.many : forms.many;
}

const RULES: Readonly<Record<Language, Intl.PluralRules>> = {
  ru: new Intl.PluralRules("ru"),
  en: new Intl.PluralRules("en"),
};
