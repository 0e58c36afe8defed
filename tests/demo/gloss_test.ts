import assert from "node:assert/strict";
import { answerGloss, EXPLAINED, messageGloss } from "../../lib/demo/page/gloss.ts";
import { HELP, loginText, TOASTS } from "../../lib/managers/texts.ts";

async function sourcesOf(...folders: readonly string[]): Promise<string> {
  const texts: string[] = [];
  for (const folder of folders) {
    for await (const { name } of Deno.readDir(folder)) {
      if (name.endsWith(".ts")) texts.push(await Deno.readTextFile(`${folder}/${name}`));
    }
  }
  return texts.join("\n");
}

Deno.test("every Russian text that the English demo explains is one of the bot's", async () => {
  const sources = await sourcesOf("lib/managers", "lib/bot");
  // The reason's headline and an answer's mark are put together from two texts.
  const strays = EXPLAINED.filter((each) => !sources.includes(each.replace(/^❌ /, "")));
  assert.deepEqual(strays, []);
});

Deno.test("the English demo explains a text by its beginning, and leaves others alone", () => {
  assert.match(messageGloss(HELP) ?? "", /its buttons and its commands/);
  assert.match(messageGloss(loginText("http://x", true)) ?? "", /works once/);
  assert.equal(answerGloss(TOASTS.closed), "Noted: the lead was entered");
  assert.equal(messageGloss("Hello"), undefined);
});
