import assert from "node:assert/strict";
import { createDemoProfiles } from "../../lib/demo/profiles.ts";
import { parseProfiles } from "../../lib/profiles/parse.ts";

const PLACES = { webhook: "http://127.0.0.1:9/webhook", account: "monster.amocrm.ru" };

async function withProfiles(
  story: (
    profiles: ReturnType<typeof createDemoProfiles>,
    file: { read(): Promise<Record<string, Record<string, unknown>>>; path: string },
  ) => Promise<void>,
): Promise<void> {
  const path = await Deno.makeTempFile({ suffix: ".json" });
  try {
    const photoOf = (key: string) => `http://127.0.0.1:8010/demo/photos/${key}.svg`;
    const profiles = createDemoProfiles(path, PLACES, photoOf);
    await profiles.create();
    await story(profiles, {
      path,
      read: async () => JSON.parse(await Deno.readTextFile(path)),
    });
  } finally {
    await Deno.remove(path);
  }
}

Deno.test("the demo's profiles are good, with a photo and every text in English", async () => {
  await withProfiles(async (_, { path }) => {
    const result = parseProfiles(JSON.parse(await Deno.readTextFile(path)));
    assert.ok(result.ok, JSON.stringify(result));
    for (const profile of result.profiles.byKey.values()) {
      assert.ok(profile.photoUrl?.endsWith(`/${profile.key}.svg`));
      const english = profile.translations.get("en");
      assert.ok(english?.caption && english.confirmationTemplate, profile.key);
      assert.deepEqual(
        [...english.buttons.keys()].toSorted(),
        profile.buttons.map(({ callbackData }) => callbackData).toSorted(),
      );
    }
  });
});

Deno.test("another destination changes that alone, and the same one changes nothing", async () => {
  await withProfiles(async (profiles, { path, read }) => {
    const edited = await read();
    edited["agency"] = { ...edited["agency"], name: "Правка", note: 1 };
    delete edited["cg"];
    await Deno.writeTextFile(path, JSON.stringify(edited));
    assert.equal(await profiles.connect("webhook"), false);
    assert.equal(await profiles.connect("amocrm"), true);
    assert.equal(await profiles.connect("amocrm"), false);
    const { agency } = await read();
    assert.deepEqual(agency?.["crm"], {
      kind: "amocrm",
      account: PLACES.account,
      token: "{secret:amo}",
    });
    assert.deepEqual([agency?.["name"], agency?.["note"]], ["Правка", 1]);
    assert.equal(await profiles.connect("webhook"), true);
    assert.deepEqual(await read(), edited);
  });
});

Deno.test("links are the profiles that are there now; a file that cannot be read has none", async () => {
  await withProfiles(async (profiles, { path, read }) => {
    const keys = async () => (await profiles.links()).map(({ key }) => key);
    assert.deepEqual(await keys(), ["agency", "cg", "express"]);
    const content = await read();
    content["cg"] = { ...content["cg"], state: "draft" };
    content["_note"] = {};
    await Deno.writeTextFile(path, JSON.stringify(content));
    assert.deepEqual(
      (await profiles.links()).map(({ isDraft }) => isDraft),
      [false, true, false],
    );
    await Deno.writeTextFile(path, "{");
    assert.deepEqual(await keys(), []);
  });
});
