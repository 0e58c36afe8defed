// References to secrets in locales.json: `{secret:name}` stands for a key that is kept elsewhere. Knows no secret.

/** The name of a secret: lower case, because `SECRET_<NAME>` of the environment is its upper case. */
const REFERENCE = /\{secret:([a-z][a-z0-9_]{0,63})\}/g;

/** The name in a value that is exactly one reference; null for any other value. */
export function secretNameOf(value: string): string | null {
  const [found] = value.matchAll(REFERENCE);
  return found !== undefined && found[0] === value ? found[1] ?? null : null;
}

/** The names of all secrets that a value refers to, each once. */
export function secretNamesIn(value: string): string[] {
  return [...new Set([...value.matchAll(REFERENCE)].map(([, name = ""]) => name))];
}

/** The value without its references. */
export function withoutReferences(value: string): string {
  return value.replace(REFERENCE, "");
}

/**
 * The value with its secrets in place of the references; a secret is never searched for references.
 *
 * @returns What is wrong when a secret is missing.
 */
export function withSecrets(
  value: string,
  secret: (name: string) => string | undefined,
): { readonly text: string } | { readonly fault: string } {
  const missing = secretNamesIn(value).find((name) => !secret(name));
  if (missing !== undefined) return { fault: missingSecret(missing) };
  return { text: value.replace(REFERENCE, (_, name: string) => secret(name) ?? "") };
}

/** The sentence for a secret that is not there. */
export function missingSecret(name: string): string {
  return `секрет ${name} не задан: введите его на странице профиля ` +
    `или задайте переменную SECRET_${name.toUpperCase()}`;
}

/** Why a value is no reference to a secret; null if it is. Never quotes the value, which may be the secret itself. */
export function referenceFault(value: string): string | null {
  if (secretNameOf(value) !== null) return null;
  if (value.trim() === "") return "пусто, нужна ссылка {secret:имя}";
  return /^\{secret:[^{}]*\}$/.test(value) ? WRONG_NAME : LITERAL_KEY;
}

/** The sentence for a reference whose name cannot be one. */
export const WRONG_NAME = "имя секрета не годится, нужны a–z, 0–9 и _, первой буква";

/** The sentence for a key that stands in the file itself. */
export const LITERAL_KEY = "ключ нельзя хранить в файле, нужна ссылка {secret:имя}";
