// The host of an amoCRM or Kommo account. Resolves no names.

/** An account's own host; the match is case-insensitive for ASCII letters alone. */
const ACCOUNT = /^[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?\.(?:amocrm\.ru|kommo\.com)$/i;

/** The common hosts: they belong to no account. */
const COMMON = new Set(
  ["www.", "api.", ""].flatMap((name) => [`${name}amocrm.ru`, `${name}kommo.com`]),
);

/** Why a value is no account's host; null if it is one. Quotes only a host that would be right. */
export function accountFault(value: string): string | null {
  if (value.trim() === "") return `пусто, ${WANTED}`;
  const host = value.toLowerCase();
  if (COMMON.has(host)) return `найден общий адрес, ${WANTED}`;
  if (ACCOUNT.test(value)) return null;
  const isAddress = /^\s*https?:\/\//i.test(value);
  const { hostname = "" } = URL.parse(isAddress ? value : `https://${value.trim()}`) ?? {};
  const meant = hostname.endsWith(".") ? hostname.slice(0, -1) : hostname;
  if (COMMON.has(meant)) return `найден общий адрес, ${WANTED}`;
  if (!ACCOUNT.test(meant)) return `не похоже на аккаунт, ${WANTED}`;
  return isAddress
    ? `найден адрес целиком, нужен ${meant}, без https://`
    : `найдены лишние знаки, нужно ровно ${meant}`;
}

const WANTED = "нужен адрес вида monster.amocrm.ru или monster.kommo.com";
