// Values as the columns of a row hold them. Knows no table.

export function numberOrNull(value: unknown): number | null {
  return value === null ? null : Number(value);
}

export function textOrNull(value: unknown): string | null {
  return value === null ? null : String(value);
}
