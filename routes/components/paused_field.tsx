// The field for what visitors read while a profile is paused, of a profile or of a translation.

import { LIMITS } from "../../lib/profiles/limits.ts";
import type { Language } from "../../lib/page/language.ts";
import { PROFILE_STATE } from "../words/profile_state.ts";
import { TextArea } from "./fields.tsx";
import type { FormFaults } from "./form_faults.ts";

/** The field's name in the form. */
export const PAUSED_FIELD = "paused_text";

export function PausedField({ value, placeholder, lang, faults, language }: {
  readonly value: string;
  /** What visitors read while the field is empty. */
  readonly placeholder: string;
  readonly lang?: string;
  readonly faults: FormFaults;
  readonly language: Language;
}) {
  const words = PROFILE_STATE[language];
  return (
    <TextArea
      name={PAUSED_FIELD}
      label={words.text}
      value={value}
      placeholder={placeholder}
      rows={2}
      most={LIMITS.text}
      hint={words.textHint}
      fault={faults.of(PAUSED_FIELD)}
      focus={faults.isFirst(PAUSED_FIELD)}
      lang={lang}
    />
  );
}
