// Puts a profile's name in place of `{name}` in its texts.

import type { PhoneTexts, Profile } from "./profile.ts";

/** Stands for the profile's name in its texts. */
export const NAME = "{name}";

/** The profile with its name in place of `{name}`, in every text and language. */
export function withNameIn(profile: Profile): Profile {
  const { name } = profile;
  if (!textsOf(profile).some((text) => text.includes(NAME))) return profile;
  const put = (text: string) => text.replaceAll(NAME, () => name);
  const putIn = (texts: ReadonlyMap<string, string>) =>
    new Map([...texts].map(([key, text]) => [key, put(text)]));
  const maybe = (text: string | null) => text === null ? null : put(text);
  const putInPhone = ({ ask, share, skip, thanks }: PhoneTexts): PhoneTexts => ({
    ask: maybe(ask),
    share: maybe(share),
    skip: maybe(skip),
    thanks: maybe(thanks),
  });
  return {
    ...profile,
    caption: put(profile.caption),
    awayText: maybe(profile.awayText),
    pausedText: maybe(profile.pausedText),
    buttons: profile.buttons.map(({ text, callbackData }) => ({ text: put(text), callbackData })),
    confirmationTemplate: put(profile.confirmationTemplate),
    afterHoursText: maybe(profile.afterHoursText),
    followUpTemplate: put(profile.followUpTemplate),
    thanksText: maybe(profile.thanksText),
    phone: profile.phone && {
      ...putInPhone(profile.phone),
      ask: put(profile.phone.ask),
      waitMs: profile.phone.waitMs,
    },
    choices: putIn(profile.choices),
    translations: new Map(
      [...profile.translations].map(([language, texts]) => [language, {
        caption: maybe(texts.caption),
        awayText: maybe(texts.awayText),
        pausedText: maybe(texts.pausedText),
        buttons: putIn(texts.buttons),
        confirmationTemplate: maybe(texts.confirmationTemplate),
        afterHoursText: maybe(texts.afterHoursText),
        thanksText: maybe(texts.thanksText),
        phone: putInPhone(texts.phone),
        choices: putIn(texts.choices),
      }]),
    ),
  };
}

function textsOf(profile: Profile): string[] {
  const { caption, confirmationTemplate, followUpTemplate, thanksText, buttons, choices } = profile;
  return [
    caption,
    confirmationTemplate,
    followUpTemplate,
    profile.awayText ?? "",
    profile.afterHoursText ?? "",
    thanksText ?? "",
    profile.pausedText ?? "",
    ...phoneTextsOf(profile.phone),
    ...buttons.map(({ text }) => text),
    ...choices.values(),
    ...[...profile.translations.values()].flatMap((texts) => [
      texts.caption ?? "",
      texts.pausedText ?? "",
      texts.confirmationTemplate ?? "",
      texts.awayText ?? "",
      texts.afterHoursText ?? "",
      texts.thanksText ?? "",
      ...phoneTextsOf(texts.phone),
      ...texts.buttons.values(),
      ...texts.choices.values(),
    ]),
  ];
}

function phoneTextsOf(phone: PhoneTexts | null): string[] {
  return [phone?.ask, phone?.share, phone?.skip, phone?.thanks].map((text) => text ?? "");
}
