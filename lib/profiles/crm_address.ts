// Checks the addresses of CRMs that the bot knows, and finds amoCRM's account in what was pasted. Resolves no names.

import { presetAddressFault } from "./preset_address.ts";
import { addressFault } from "./webhook_address.ts";

/** Why leads cannot go to a preset's address; null if they can. Never quotes the address, which is a secret. */
export function crmAddressFault(
  kind: "bitrix24" | "google_sheets",
  address: string,
): string | null {
  const typed = address.trim();
  if (typed === "") return "пусто, нужен адрес";
  const fault = addressFault(typed);
  if (fault !== null) return fault;
  const { hostname, pathname } = new URL(typed);
  const faultOfFile = presetAddressFault(kind, typed);
  if (faultOfFile === null) return null;
  if (kind === "bitrix24") {
    return "это не входящий вебхук, нужен адрес вида https://portal.bitrix24.ru/rest/1/a1b2c3/";
  }
  if (hostname === "docs.google.com") {
    return `это адрес самой таблицы, ${SCRIPT}`;
  }
  if (pathname.endsWith("/dev")) {
    return `это пробный адрес скрипта, ${SCRIPT}`;
  }
  return pathname.endsWith("/exec") ? faultOfFile : `это не адрес скрипта, ${SCRIPT}`;
}

const SCRIPT = "нужен адрес скрипта, который заканчивается на /exec";

/** amoCRM's account as a host: from a pasted address, or from its name alone; else the text as typed. */
export function accountIn(typed: string): string {
  const text = typed.trim().toLowerCase();
  if (/^[a-z\d][a-z\d-]*$/.test(text)) return `${text}.amocrm.ru`;
  const host = URL.parse(/^[a-z]+:\/\//.test(text) ? text : `https://${text}`)?.hostname ?? "";
  return /\.(amocrm\.ru|kommo\.com)$/.test(host) ? host : typed.trim();
}

/** Whether an address works once only: n8n's test path. */
export function isOneTimeAddress(address: string): boolean {
  return URL.parse(address.trim())?.pathname.includes("/webhook-test/") ?? false;
}
