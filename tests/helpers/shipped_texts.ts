// Texts that visitors and managers get with the shipped locales.json, to the letter.

export const CHOICE = "Привлечь клиентов";

export const CONFIRMATION = `✅ Принято: Привлечь клиентов.

👤 Наш стратег свяжется с вами в Telegram в ближайшее время.

💡 Чтобы ускорить процесс, отправьте ссылку на ваш текущий сайт или соцсеть.`;

/** The card of a lead whose CRM is down, for another contact, name or headline if given. */
export function expectedCard(
  { contact = "@betterrman", name = "Galliard", headline = "⚠️ [FALLBACK - CRM НЕДОСТУПНА] ⚠️" } =
    {},
): string {
  return `${headline}

🔥 НОВЫЙ ЛИД: MONSTER AGENCY 🔥

❗️ Важно: Этот лид НЕ был создан в AmoCRM автоматически.
Требуется ручное внесение.

--- ДАННЫЕ ДЛЯ CRM ---
Запрос: Привлечь клиентов
Контакт (авто): ${contact}
Имя: ${name}
--------------------------

Задача:
1. Внести лид в AmoCRM вручную.
2. Связаться с клиентом в Telegram.`;
}

export const FALLBACK_LINE =
  "⚠️ Fallback: Лид отправлен в Telegram для ручного внесения. Профиль: agency, Username: @betterrman";
