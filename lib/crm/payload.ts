// What a CRM gets of a lead. Sends nothing.

import type { Lead } from "../lead.ts";
import { contact, fullName } from "../visitor_name.ts";

/** The body of a lead's POST, with exactly the keys that the CRM's integration reads (user requirement). */
export function crmPayload(lead: Lead): Readonly<Record<string, unknown>> {
  return {
    lead_name: `Новый лид с Telegram: ${lead.profileName}`,
    contact: { name: fullName(lead.visitor), username: contact(lead.visitor) },
    source: "Telegram Bot",
    request_details: lead.choice,
  };
}

/** The body of a test POST: a lead in every key, and plainly none in its words. */
export function testPayload(profileName: string): Readonly<Record<string, unknown>> {
  return {
    lead_name: `ТЕСТ. Новый лид с Telegram: ${profileName}`,
    contact: { name: "Проверка вебхука", username: "@test" },
    source: "Telegram Bot",
    request_details: "Это проверка адреса, не клиент. Сделку можно удалить",
  };
}
