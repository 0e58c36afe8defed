// The schema of a profile's `phone`: whether visitors are asked for one, and in which words. Touches no file.

import * as v from "valibot";
import { LIMITS, PHONE_WAIT_SECONDS } from "./limits.ts";
import type { PhoneQuestion, PhoneTexts } from "./profile.ts";
import { text } from "./value_schemas.ts";

const TEXTS = {
  share_button: v.optional(text(LIMITS.name)),
  skip_button: v.optional(text(LIMITS.name)),
  thanks_text: v.optional(text(LIMITS.text)),
};

/** What stands under `phone`; a profile without it asks for none. */
export const PhoneSchema = v.looseObject({
  ask: text(LIMITS.text),
  wait_seconds: v.nullish(
    v.pipe(
      v.number(),
      v.check(
        (value) => value >= PHONE_WAIT_SECONDS.least && value <= PHONE_WAIT_SECONDS.most,
        (issue) =>
          `найдено ${issue.input}, нужно число секунд ` +
          `от ${PHONE_WAIT_SECONDS.least} до ${PHONE_WAIT_SECONDS.most}`,
      ),
    ),
    PHONE_WAIT_SECONDS.usual,
  ),
  ...TEXTS,
});

/** The same in another language; each text may be missing. */
export const PhoneTranslationSchema = v.looseObject({
  ask: v.optional(text(LIMITS.text)),
  ...TEXTS,
});

type RawTexts = v.InferOutput<typeof PhoneTranslationSchema>;

export function toPhone(raw: v.InferOutput<typeof PhoneSchema>): PhoneQuestion {
  return { ...toPhoneTexts(raw), ask: raw.ask, waitMs: raw.wait_seconds * 1000 };
}

export function toPhoneTexts(
  { ask, share_button, skip_button, thanks_text }: RawTexts,
): PhoneTexts {
  return {
    ask: ask ?? null,
    share: share_button ?? null,
    skip: skip_button ?? null,
    thanks: thanks_text ?? null,
  };
}
