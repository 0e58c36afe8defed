// Bodies of POSTs to a CRM. Sends nothing.

import type { Lead } from "../lead.ts";
import { contact, fullName } from "../visitor_name.ts";

/** Where leads come from, as a CRM shows it. */
export const SOURCE = "Telegram Bot";

/** What a CRM calls a lead. */
export function dealName(lead: Lead): string {
  return `Новый лид с Telegram: ${lead.profileName}`;
}

/** A lead's body, with exactly the keys that the CRM's integration reads. */
export function crmPayload(lead: Lead): Readonly<Record<string, unknown>> {
  return {
    lead_name: dealName(lead),
    contact: {
      name: fullName(lead.visitor),
      username: contact(lead.visitor),
      ...lead.phone === null ? {} : { phone: lead.phone },
    },
    source: SOURCE,
    request_details: lead.choice,
  };
}

/** A test's body: the keys of a lead, with words that say it is none. */
export function testPayload(profileName: string): Readonly<Record<string, unknown>> {
  return {
    lead_name: `ТЕСТ. Новый лид с Telegram: ${profileName}`,
    contact: { name: "Проверка вебхука", username: "@test" },
    source: SOURCE,
    request_details: "Это проверка адреса, не клиент. Сделку можно удалить",
  };
}
