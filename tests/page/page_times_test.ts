import assert from "node:assert/strict";
import { createMeasures } from "../../lib/measures.ts";
import { measurePage, pageKind } from "../../lib/page/page_times.ts";

for (
  const [path, kind] of [
    ["/", "home"],
    ["/profiles/agency", "profile"],
    ["/profiles/agency/languages/en/preview", "profile"],
    ["/new-profile", "profile"],
    ["/leads", "leads"],
    ["/leads/341", "lead"],
    ["/leads.csv", "other"],
    ["/menu/history", "menu"],
    ["/login", "login"],
    ["/assets/0a1b-page.css", "asset"],
    ["/metrics", "metrics"],
    ["/__proto__", "other"],
    ["//evil", "other"],
    ["/%E0%A4%A", "other"],
  ] as const
) {
  Deno.test(`${path} is of the kind ${kind}`, () => assert.equal(pageKind(path), kind));
}

Deno.test("a request is measured in seconds, also one that fails", async () => {
  const measures = createMeasures();
  let ms = 0;
  const deps = { measures, elapsedMs: () => ms };
  const request = { url: "http://bot.test/leads" };
  const answered = await measurePage(request, deps, () => {
    ms += 30;
    return Promise.resolve(new Response("page"));
  });
  assert.equal(await answered.text(), "page");
  const failing = measurePage(request, deps, () => {
    ms += 2_000;
    return Promise.reject(new Error("defect"));
  });
  await assert.rejects(failing, /defect/);
  const { count, sum } = measures.pages.leads.read();
  assert.deepEqual([count, Math.round(sum * 1000)], [2, 2_030]);
});
