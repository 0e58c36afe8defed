// Texts of the managers' chat about a CRM that declines every lead, and about tokens that end. Sends nothing.

import type { CrmTrouble } from "../lead.ts";

const TROUBLES: Readonly<Record<CrmTrouble, string>> = {
  token_refused: "токен не принят. Выпустите новый и сохраните его на странице профиля",
  unpaid: "аккаунт не оплачен. Оплатите его, и лиды пойдут снова",
  forbidden: "доступ запрещён. Проверьте права интеграции и не закрыт ли доступ по адресу",
};

/** The alarm that a profile's CRM declines every lead. */
export function crmTroubleText(trouble: CrmTrouble, profileName: string): string {
  return `⚠️ AmoCRM: ${TROUBLES[trouble]}.\n\n` +
    `Профиль: ${profileName}. Пока его лиды приходят в этот чат.`;
}

/** The note that it takes leads again. */
export function crmMendedText(profileName: string): string {
  return `✅ AmoCRM снова принимает лиды: ${profileName}.`;
}

/** The alarm that a token ends in `daysLeft` days; it has ended where that is 0 or less. */
export function tokenEndText({ profileNames, daysLeft, endsAt }: {
  readonly profileNames: readonly string[];
  readonly daysLeft: number;
  readonly endsAt: string;
}): string {
  const names = profileNames.join(", ");
  if (daysLeft <= 0) {
    return `⚠️ Токен AmoCRM закончился ${endsAt}: ${names}.\n\n` +
      "Лиды приходят в этот чат. Выпустите новый токен и сохраните его на странице профиля.";
  }
  const left = Math.ceil(daysLeft);
  const whose = profileNames.length === 1 ? "Профиль" : "Профили";
  return `⏳ Токен AmoCRM закончится ${endsAt}, осталось дней: ${left}. ${whose}: ${names}.\n\n` +
    "Выпустите новый токен и сохраните его на странице профиля.";
}
