// Watches every statement that any database of this process runs.

import { DatabaseSync } from "node:sqlite";

/** Calls `onRun` before each statement that was prepared from now on; `explain` asks SQLite for its plan. */
export function watchStatements(
  onRun: (sql: string, explain: () => string[]) => void,
): Disposable {
  const { prepare } = DatabaseSync.prototype;
  DatabaseSync.prototype.prepare = function (this: DatabaseSync, sql: string) {
    const statement = prepare.call(this, sql);
    const explain = () =>
      prepare.call(this, `EXPLAIN QUERY PLAN ${sql}`).all().map(({ detail }) => String(detail));
    const { run, get, all } = statement;
    statement.run = (...values: never[]) => {
      onRun(sql, explain);
      return Reflect.apply(run, statement, values);
    };
    statement.get = (...values: never[]) => {
      onRun(sql, explain);
      return Reflect.apply(get, statement, values);
    };
    statement.all = (...values: never[]) => {
      onRun(sql, explain);
      return Reflect.apply(all, statement, values);
    };
    return statement;
  };
  return { [Symbol.dispose]: () => void (DatabaseSync.prototype.prepare = prepare) };
}
