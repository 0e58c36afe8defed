// The script that the page gives for a Google sheet, run on a sheet of this test.

import assert from "node:assert/strict";
import { PRESETS } from "../../lib/crm/presets.ts";
import { GOOGLE_SCRIPT } from "../../routes/components/crm/google_script.ts";

/** An empty sheet with the script in it. */
function aSheet() {
  const rows: unknown[][] = [];
  let locked = 0;
  let isProtected = false;
  const lock = { waitLock: () => locked += 1, releaseLock: () => locked -= 1 };
  const sheet = {
    getLastRow: () => rows.length,
    appendRow: (row: unknown[]) => {
      if (isProtected) throw new Error("the cell is protected");
      rows.push(row);
    },
    getRange: (row: number, column: number, count: number) => ({
      getValues: () => rows.slice(row - 1, row - 1 + count).map((each) => [each[column - 1]]),
    }),
  };
  const output = { setMimeType: () => output, text: "" };
  const services = {
    LockService: { getScriptLock: () => lock },
    SpreadsheetApp: {
      getActiveSpreadsheet: () => ({ getSheets: () => [sheet] }),
      flush: () => assert.equal(locked, 1, "written only after the lock was released"),
    },
    ContentService: {
      MimeType: { JSON: "json" },
      createTextOutput: (text: string) => (output.text = text, output),
    },
  };
  const script = new Function(...Object.keys(services), `${GOOGLE_SCRIPT}\nreturn doPost;`);
  const doPost = script(...Object.values(services));
  return {
    rows,
    /** Takes no row any more. */
    breakDown: () => void (isProtected = true),
    isLocked: () => locked > 0,
    post(contents: string): unknown {
      doPost({ postData: { contents } });
      assert.equal(locked, 0, "the lock was not released");
      return JSON.parse(output.text);
    },
  };
}

Deno.test("the script names the columns, appends a row per lead and leaves repetitions out", () => {
  const sheet = aSheet();
  const lead = { lead_id: "a", name: "Galliard", choice: "Сайт", received_at: "2026-01-15" };
  assert.deepEqual(sheet.post(JSON.stringify(lead)), { ok: true });
  assert.deepEqual(sheet.post(JSON.stringify(lead)), { ok: true });
  assert.deepEqual(sheet.post(JSON.stringify({ ...lead, lead_id: "b" })), { ok: true });
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

Deno.test("what fails in the script is thrown: a text it returned would look like success", () => {
  const sheet = aSheet();
  // What doPost returns is a 302 whatever it says; only a script that threw answers with an error page.
  assert.throws(() => sheet.post("no JSON"), SyntaxError);
  sheet.breakDown();
  assert.throws(() => sheet.post(JSON.stringify({ lead_id: "a" })), /protected/);
  assert.equal(sheet.isLocked(), false);
});

Deno.test("the script is of about twenty lines", () => {
  assert.ok(GOOGLE_SCRIPT.trim().split("\n").length <= 26);
});
