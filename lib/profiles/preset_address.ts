// The webhook addresses of CRMs whose form is known: Bitrix24 and Google's scripts. Resolves no names.

/** A portal's inbound webhook; what follows the key is a method that was copied along. */
const BITRIX24 = /^(https?:\/\/[^/?#]+\/rest\/\d+\/[A-Za-z\d]+)(?:\/[\w.]*)?$/i;

/** A deployed Apps Script; accounts of an organization have their domain in the path. */
const GOOGLE_SCRIPT =
  /^https:\/\/script\.google\.com\/(?:macros|a\/macros\/[\w.-]+|a\/[\w.-]+\/macros)\/s\/[\w-]+\/exec(?:\?[^#\s]*)?$/i;

/** Why an address is not of the form that the preset needs; null if it is. Never quotes it: it is a secret. */
export function presetAddressFault(
  kind: "bitrix24" | "google_sheets",
  address: string,
): string | null {
  const isRight = kind === "bitrix24" ? BITRIX24.test(address) : GOOGLE_SCRIPT.test(address);
  return isRight ? null : WRONG[kind];
}

const WRONG = {
  bitrix24: "не похоже на вебхук Битрикс24, нужен адрес вида https://<портал>/rest/<номер>/<ключ>/",
  google_sheets: "не похоже на скрипт Google, " +
    "нужен адрес вида https://script.google.com/macros/s/<id>/exec",
} as const;

/** A Bitrix24 webhook's address without a method and with a slash at its end; null for another address. */
export function bitrix24Base(address: string): string | null {
  const base = BITRIX24.exec(address)?.[1];
  return base === undefined ? null : `${base}/`;
}
