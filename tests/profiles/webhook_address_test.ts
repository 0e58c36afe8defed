import assert from "node:assert/strict";
import { hostOf } from "../../lib/profiles/webhook_address.ts";

Deno.test("hostOf is a webhook's host and port, spelled as in the profile", () => {
  assert.equal(hostOf("https://INVALID_URL_FOR_TESTING/webhook"), "INVALID_URL_FOR_TESTING");
  assert.equal(hostOf(" http://crm.example.ru:8080?key=1"), "crm.example.ru:8080");
  assert.equal(hostOf("https://me:pw@crm.example.ru/"), "crm.example.ru");
  assert.equal(hostOf("http://[::1]:80/"), "[::1]:80");
  assert.equal(hostOf("ftp://crm.example.ru/"), "");
  assert.equal(hostOf(""), "");
});
