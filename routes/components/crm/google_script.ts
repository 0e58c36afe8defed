// The script for a Google sheet, to be pasted into Apps Script: a row per lead.

/**
 * Repetitions of a lead are left out, and a text that a sheet would calculate stays a text. It catches nothing: any text
 * it returns is a success to the bot, only an error that is thrown is not.
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
    SpreadsheetApp.flush();
    return answer({ ok: true });
  } finally {
    lock.releaseLock();
  }
}
const plain = (value) => /^[=+\\-@\\t\\r]/.test(value ?? "") ? "'" + value : value ?? "";
const answer = (body) => ContentService.createTextOutput(JSON.stringify(body))
  .setMimeType(ContentService.MimeType.JSON);
`;
