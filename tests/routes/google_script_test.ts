// The script that the page gives for a Google sheet, run on a sheet of this test.

import assert from "node:assert/strict";
import { PRESETS } from "../../lib/crm/presets.ts";
import { GOOGLE_SCRIPT } from "../../routes/components/crm/google_script.ts";

/** An empty sheet with the script in it. */
function aSheet() {
  const rows: unknown[][] = [];
  let locked = 0;
  const lock = { waitLock: () => locked += 1, releaseLock: () => locked -= 1 };
  const sheet = {
    getLastRow: () => rows.length,
    appendRow: (row: unknown[]) => rows.push(row),
    getRange: (row: number, column: number, count: number) => ({
      getValues: () => rows.slice(row - 1, row - 1 + count).map((each) => [each[column - 1]]),
    }),
  };
  const services = {
    LockService: { getScriptLock: () => lock },
    SpreadsheetApp: { getActiveSpreadsheet: () => ({ getSheets: () => [sheet] }) },
    ContentService: { createTextOutput: (text: string) => text },
  };
  const script = new Function(...Object.keys(services), `${GOOGLE_SCRIPT}\nreturn doPost;`);
  const doPost = script(...Object.values(services));
  return {
    rows,
    post(contents: string): unknown {
      try {
        return doPost({ postData: { contents } });
      } finally {
        assert.equal(locked, 0, "the lock was not released");
      }
    },
  };
}

Deno.test("the script names the columns, appends a row per lead and leaves repetitions out", () => {
  const sheet = aSheet();
  const lead = { lead_id: "a", name: "Galliard", choice: "Сайт", received_at: "2026-01-15" };
  assert.deepEqual(sheet.post(JSON.stringify(lead)), "ok");
  assert.deepEqual(sheet.post(JSON.stringify(lead)), "ok");
  assert.deepEqual(sheet.post(JSON.stringify({ ...lead, lead_id: "b" })), "ok");
  assert.deepEqual(sheet.rows[0], Object.keys(PRESETS.google_sheets.settings.body));
  assert.deepEqual(sheet.rows.slice(1).map((row) => row.at(-1)), ["a", "b"]);
  assert.deepEqual(sheet.rows[1], ["2026-01-15", "Galliard", "", "Сайт", "", "", "", "", "a"]);
});

Deno.test("a text that a sheet would calculate stays a text", () => {
  const sheet = aSheet();
  const evil = ["=1+1", "+7 916", "-1", "@x", "\t=1", "плюс +1"];
  for (const name of evil) sheet.post(JSON.stringify({ lead_id: name, name }));
  assert.deepEqual(sheet.rows.slice(1).map((row) => row[1]), [
    "'=1+1",
    "'+7 916",
    "'-1",
    "'@x",
    "'\t=1",
    "плюс +1",
  ]);
});

Deno.test("a script that cannot append a row throws: Google then shows a page with 200, which is no success", () => {
  const sheet = aSheet();
  assert.throws(() => sheet.post("no JSON"), SyntaxError);
  sheet.rows.push = () => {
    throw new Error("This sheet is protected");
  };
  assert.throws(() => sheet.post(JSON.stringify({ lead_id: "a" })), /protected/);
});

Deno.test("the script is of about twenty lines", () => {
  assert.ok(GOOGLE_SCRIPT.trim().split("\n").length <= 23);
});
