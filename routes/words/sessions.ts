// The words of the list of sessions.

import { bilingual } from "./bilingual.ts";

export const SESSIONS = bilingual({
  title: "Входы",
  hint: "Вход живёт 12 часов без дела и не дольше 7 дней. Потеряли телефон — завершите его вход.",
  who: "Кто",
  device: "Устройство",
  opened: "Вошёл",
  seen: "Был здесь",
  action: "Действие",
  here: "это устройство",
  unknownDevice: "неизвестное устройство",
  end: "Завершить",
  endOf: (who: string, device: string) => `Завершить вход: ${who}, ${device}`,
  endOthers: "Завершить все, кроме этого",
}, {
  title: "Logins",
  hint: "A session lasts 12 hours unused and 7 days at most. Lost a phone? End its session.",
  who: "Who",
  device: "Device",
  opened: "Logged in",
  seen: "Last seen",
  action: "Action",
  here: "this device",
  unknownDevice: "unknown device",
  end: "End",
  endOf: (who: string, device: string) => `End the session: ${who}, ${device}`,
  endOthers: "End all but this one",
});
