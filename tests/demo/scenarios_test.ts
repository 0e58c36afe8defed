import assert from "node:assert/strict";
import { SCENARIOS } from "../../lib/demo/scenarios/scenarios.ts";
import { closeCards } from "../../lib/demo/scenarios/tidy_up.ts";
import { createTranscript } from "../../lib/demo/scenarios/transcript.ts";
import { TRANSCRIPT } from "../../lib/demo/scenarios/words.ts";
import { type Demo, withDemo } from "./a_demo.ts";

function scenario(title: typeof SCENARIOS[number]["title"]): typeof SCENARIOS[number] {
  const found = SCENARIOS.find((each) => each.title === title);
  assert.ok(found);
  return found;
}

/** Plays, and returns the transcript's lines. */
async function play(
  { bot }: Demo,
  title: typeof SCENARIOS[number]["title"],
  language: "ru" | "en",
): Promise<string[]> {
  const lines: string[] = [];
  const words = TRANSCRIPT[language];
  const { told, checked } = await scenario(title).play({ ...bot, language });
  createTranscript(words, (line) => lines.push(line))
    .scenario(1, words.titles[title], told, checked);
  return lines;
}

Deno.test("in English the transcript explains what is Russian, and every promise holds", async () => {
  await withDemo(async (demo) => {
    const text = (await play(demo, "answered", "en")).join("\n");
    assert.match(text, /reads a photo and "✅ Got it: Attract clients\."/);
    assert.match(text, /⚠️ \[FALLBACK - CRM НЕДОСТУПНА\] ⚠️[^]*\(A card: the CRM is unavailable/);
    assert.match(text, /✓ in the log: the manager's answer was delivered to the visitor/);
    assert.doesNotMatch(text, /✗/);
    assert.equal(/^ {2}✓ .*[а-яё]/im.test(text), false);
  }, { language: "en" });
});

Deno.test("a scenario is itself again after people have used the page", async () => {
  await withDemo(async (demo) => {
    await demo.becomeLead();
    await demo.act("/demo/visitor", { text: "https://example.com" });
    await demo.until(({ manager }) => manager.messages.length > 0);
    const text = (await play(demo, "fine", "ru")).join("\n");
    assert.doesNotMatch(text, /✗/);
    assert.match(text, /CRM {13}получает POST [^\n]*@betterrman/);
  });
});

Deno.test("a broken promise has a ✗, and the transcript says so at its end", () => {
  const lines: string[] = [];
  const transcript = createTranscript(TRANSCRIPT.ru, (line) => lines.push(line));
  transcript.scenario(1, "x", [], [{ promise: "так", held: true }, {
    promise: "сяк",
    held: false,
  }]);
  transcript.conclude(false);
  transcript.stop();
  transcript.conclude(true);
  assert.deepEqual(lines.slice(-5), [
    "  ✓ так",
    "  ✗ сяк",
    "",
    "✗ Сдержано не всё: смотрите строки с ✗ выше.",
    "Останавливаемся…",
  ]);
});

Deno.test("after the transcript its cards are closed", async () => {
  await withDemo(async (demo) => {
    await demo.act("/demo/crm", { mode: "error" });
    await demo.becomeLead();
    const { chat } = demo.bot.admin;
    await chat.nextMessage();
    await closeCards(demo.bot.admin);
    await chat.waitFor(({ text }) => text?.includes("Внесён вручную: @maria") === true);
  });
});
