// Values as the columns of a row hold them. Knows no table.

/** The number in a column that may be empty. */
export function numberOrNull(value: unknown): number | null {
  return value === null ? null : Number(value);
}

/** The text in a column that may be empty. */
export function textOrNull(value: unknown): string | null {
  return value === null ? null : String(value);
}
