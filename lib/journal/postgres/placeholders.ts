// Placeholders as SQLite has them, for PostgreSQL. Knows no statement.

/**
 * The statement with `$1` for `?1`, and for each bare `?` the number after the largest so far, as SQLite counts
 * (https://sqlite.org/lang_expr.html#varparam). What stands in quotes or in a comment stays.
 */
export function numbered(sql: string): string {
  let result = "";
  let largest = 0;
  for (let at = 0; at < sql.length;) {
    const end = endOfQuoted(sql, at);
    if (end > at) {
      result += sql.slice(at, end);
      at = end;
    } else if (sql[at] === "?") {
      const digits = endOfDigits(sql, at + 1);
      const number = digits > at + 1 ? Number(sql.slice(at + 1, digits)) : largest + 1;
      largest = Math.max(largest, number);
      result += `$${number}`;
      at = digits;
    } else result += sql[at++];
  }
  return result;
}

const ENDS: Readonly<Record<string, string>> = { "'": "'", '"': '"', "--": "\n", "/*": "*/" };

/** Where what is quoted from here ends; `at` if nothing is. A doubled quote ends one text and begins the next. */
function endOfQuoted(sql: string, at: number): number {
  const beginning = sql[at] === "'" || sql[at] === '"' ? sql[at] : sql.slice(at, at + 2);
  const ending = ENDS[beginning];
  if (ending === undefined) return at;
  const end = sql.indexOf(ending, at + beginning.length);
  return end === -1 ? sql.length : end + ending.length;
}

function endOfDigits(sql: string, from: number): number {
  let end = from;
  while (end < sql.length && sql[end]! >= "0" && sql[end]! <= "9") end++;
  return end;
}
