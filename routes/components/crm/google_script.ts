// The script for a Google sheet, to be pasted into Apps Script: a row per lead.

/**
 * Repetitions of a lead are left out, and a text that a sheet would calculate stays a text. It catches no error: an answer of
 * its own is a redirect, which the bot takes for success; for a script that threw Google shows a page with 200, a refusal.
 */
export const GOOGLE_SCRIPT =
  `const COLUMNS = ["received_at", "name", "username", "choice", "profile_name",
  "telegram_link", "source", "phone", "lead_id"];

function doPost(e) {
  const lock = LockService.getScriptLock();
  lock.waitLock(20000);
  try {
    const lead = JSON.parse(e.postData.contents);
    const sheet = SpreadsheetApp.getActiveSpreadsheet().getSheets()[0];
    if (sheet.getLastRow() === 0) sheet.appendRow(COLUMNS);
    const ids = sheet.getRange(1, COLUMNS.length, sheet.getLastRow()).getValues().flat();
    if (!ids.includes(lead.lead_id)) sheet.appendRow(COLUMNS.map((key) => plain(lead[key])));
    return ContentService.createTextOutput("ok");
  } finally {
    lock.releaseLock();
  }
}
const plain = (value) => /^[=+\\-@\\t\\r]/.test(value ?? "") ? "'" + value : value ?? "";
`;
