// Stands where lib/journal/dialect.ts comes to be.

export interface Dialect {
  readonly name: "sqlite" | "postgres";
}
