// Phone numbers as visitors type and share them, in one spelling. Imports nothing.

/** Digits of a number with its country's code (ITU-T E.164); few countries have shorter ones. */
const DIGITS = /^\d{7,15}$/;

/** Digits with what people put between them. */
const TYPED = /^\+?[\d\s().-]{7,40}$/;

/** A Russian mobile number with both the plus and the 8 of its two spellings: no country has a code that begins so (ITU-T E.164). */
const PLUS_EIGHT = /^89\d{9}$/;

/**
 * The number that a person typed or pasted, as `+` and digits; null where the text is no number. Without a plus only Russian
 * numbers are known, as `8…`, `7…`, or ten digits that begin with 9.
 */
export function readPhone(typed: string): string | null {
  const text = inPlainSigns(typed);
  if (!TYPED.test(text)) return null;
  const digits = text.replace(/\D/g, "");
  if (PLUS_EIGHT.test(digits)) return `+7${digits.slice(1)}`;
  if (text.startsWith("+")) return withPlus(digits);
  if (/^[78]\d{10}$/.test(digits)) return `+7${digits.slice(1)}`;
  return /^9\d{9}$/.test(digits) ? `+7${digits}` : null;
}

/** The number of a shared contact, which Telegram gives with its country's code, with or without a plus. */
export function readContactPhone(number: string): string | null {
  const text = inPlainSigns(number);
  return TYPED.test(text) ? withPlus(text.replace(/\D/g, "")) : null;
}

/** A text without a phone in it; only the number's last ten digits are compared. */
export function withoutPhone(text: string, phone: string | null): string {
  return phone === null ? text : text.replaceAll(phone.replace("+", "").slice(-10), "***");
}

/** Address books copy numbers with invisible marks of direction, and programs put dashes between the digits. */
function inPlainSigns(typed: string): string {
  return typed.normalize("NFKC").replace(/\p{Cf}/gu, "").replace(/[\p{Pd}\u2212]/gu, "-").trim();
}

function withPlus(digits: string): string | null {
  if (digits.startsWith("7") && digits.length !== 11) return null;
  return DIGITS.test(digits) ? `+${digits}` : null;
}
