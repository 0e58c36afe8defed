// Both languages of a text, held to the same keys by the type checker.

import type { Language } from "../../lib/page/language.ts";

/** Russian first: English has to have the same keys and the same parameters. */
export function bilingual<Words>(
  ru: Words,
  en: NoInfer<Words>,
): Readonly<Record<Language, Words>> {
  return { ru, en };
}

/** The form of a word that goes with a number: 1 лид, 2 лида, 5 лидов. */
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
