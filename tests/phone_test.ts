import assert from "node:assert/strict";
import { readContactPhone, readPhone, withoutPhone } from "../lib/phone.ts";

for (
  const [typed, phone] of [
    ["+79161234567", "+79161234567"],
    ["89161234567", "+79161234567"],
    ["8 (916) 123-45-67", "+79161234567"],
    [" 8-916-123-45-67 ", "+79161234567"],
    ["+7 916 123 45 67", "+79161234567"],
    ["7 916 123 45 67", "+79161234567"],
    ["8\u00a0916\u00a01234567", "+79161234567"],
    ["9161234567", "+79161234567"],
    ["\u202a+7 916 123-45-67\u202c", "+79161234567"],
    ["\u200e8 916 123 45 67", "+79161234567"],
    ["8–916—123‑45−67", "+79161234567"],
    ["８９１６１２３４５６７", "+79161234567"],
    ["+8 (916) 123-45-67", "+79161234567"],
    ["+8 495 123-45-67", "+84951234567"],
    ["+86 139 1234 5678", "+8613912345678"],
    ["+49 (151) 2345-6789", "+4915123456789"],
    ["+1.202.555.0123", "+12025550123"],
    ["+1234567", "+1234567"],
    ["+123456789012345", "+123456789012345"],
    ["+123456", null],
    ["+1234567890123456", null],
    ["+7916123456", null],
    ["+791612345678", null],
    ["8916123456", null],
    ["891612345678", null],
    ["1234567", null],
    ["4915123456789", null],
    ["8 916 123-45-67, Анна", null],
    ["позвоните на 89161234567", null],
    ["https://example.com", null],
    ["бюджет 100000-200000", null],
    ["++79161234567", null],
    ["8(916)+1234567", null],
    ["", null],
    ["-------", null],
  ] as const
) {
  Deno.test(`"${typed}" is read as ${phone}`, () => assert.equal(readPhone(typed), phone));
}

Deno.test("a contact's number has its country's code, with or without a plus", () => {
  assert.equal(readContactPhone("79161234567"), "+79161234567");
  assert.equal(readContactPhone("+7 916 123-45-67"), "+79161234567");
  assert.equal(readContactPhone("84912345678"), "+84912345678");
  assert.equal(readContactPhone("4915123456789"), "+4915123456789");
  assert.equal(readContactPhone("Анна"), null);
  assert.equal(readContactPhone("123"), null);
});

Deno.test("a phone is taken out of a text, with any code of its country", () => {
  const text = '{"phone":"+79161234567","n":"89161234567"}';
  assert.equal(withoutPhone(text, "+79161234567"), '{"phone":"+7***","n":"8***"}');
  assert.equal(withoutPhone("1234567", "+1234567"), "***");
  assert.equal(withoutPhone(text, null), text);
});
