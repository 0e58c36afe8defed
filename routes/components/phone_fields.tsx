// The fields of a form about the question for a phone, of a profile or of a translation.

import { LIMITS, PHONE_WAIT_SECONDS } from "../../lib/profiles/limits.ts";
import type { PhoneForm, PhoneTextsForm } from "../../lib/profiles/phone_edits.ts";
import { PHONE_TEXTS } from "../../lib/visitors/texts.ts";
import { field } from "../../lib/page/form.ts";
import type { Language } from "../../lib/page/language.ts";
import { PHONE } from "../words/phone.ts";
import { TextArea, TextField } from "./fields.tsx";
import type { FormFaults } from "./form_faults.ts";
import type { Part } from "./versions.tsx";

/** The fields as they were posted; undefined for a form that does not have them. */
export function readPhoneForm(form: URLSearchParams): PhoneForm | undefined {
  if (!form.has("phone_ask")) return undefined;
  const line = (name: string) => field(form, name).replaceAll("\n", " ");
  return {
    ask: field(form, "phone_ask"),
    share: line("phone_share"),
    skip: line("phone_skip"),
    thanks: field(form, "phone_thanks"),
    waitSeconds: field(form, "phone_wait").trim(),
  };
}

export function PhoneFields({ form, base, lang, faults, language }: {
  readonly form: PhoneTextsForm & Partial<PhoneForm>;
  /** The base's texts, where the form is a translation's. */
  readonly base?: PhoneTextsForm;
  readonly lang?: string;
  readonly faults: FormFaults;
  readonly language: Language;
}) {
  const words = PHONE[language];
  const common = (name: string) => ({
    name: `phone_${name}`,
    fault: faults.of(`phone_${name}`),
    focus: faults.isFirst(`phone_${name}`),
    lang,
  });
  const isOpen = [form.share, form.skip, form.thanks].some((each) => each !== "") ||
    ["share", "skip", "thanks"].some((name) => faults.of(`phone_${name}`) !== undefined);
  return (
    <fieldset class="phone-fields">
      <legend>{words.title}</legend>
      <p class="hint">{base === undefined ? words.hint : words.hintOfTranslation}</p>
      <TextArea
        {...common("ask")}
        label={words.ask}
        value={form.ask}
        placeholder={base?.ask ?? words.askPlaceholder}
        rows={3}
        most={LIMITS.text}
      />
      {form.waitSeconds !== undefined && (
        <TextField
          {...common("wait")}
          label={words.wait}
          value={form.waitSeconds}
          inputMode="decimal"
          narrow
          placeholder={String(PHONE_WAIT_SECONDS.usual)}
          hint={words.waitHint}
          beside={<span>{words.seconds}</span>}
        />
      )}
      <details open={isOpen}>
        <summary>{words.more}</summary>
        <TextField
          {...common("share")}
          label={words.share}
          value={form.share}
          placeholder={base?.share || PHONE_TEXTS.share}
        />
        <TextField
          {...common("skip")}
          label={words.skip}
          value={form.skip}
          placeholder={base?.skip || PHONE_TEXTS.skip}
        />
        <TextArea
          {...common("thanks")}
          label={words.thanks}
          value={form.thanks}
          placeholder={base?.thanks || PHONE_TEXTS.thanks}
          rows={2}
          most={LIMITS.text}
          hint={words.thanksHint}
        />
      </details>
    </fieldset>
  );
}

/** The texts in a version of a profile or of a translation. */
export function phoneParts(
  form: PhoneTextsForm & Partial<PhoneForm> | undefined,
  language: Language,
): Part[] {
  const words = PHONE[language];
  const part = (name: "ask" | "wait" | "share" | "skip" | "thanks", text = ""): Part => ({
    label: words.label(words[name]),
    text,
  });
  return [
    part("ask", form?.ask),
    part("wait", form?.waitSeconds),
    part("share", form?.share),
    part("skip", form?.skip),
    part("thanks", form?.thanks),
  ];
}
