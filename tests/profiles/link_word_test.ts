import assert from "node:assert/strict";
import { mostSourceCharacters, readLink, wordWithSource } from "../../lib/profiles/link_word.ts";
import { anotherProfile, someProfiles } from "../helpers/a_profile.ts";

const PROFILES = someProfiles((all) => {
  all.agency.aliases = ["old_agency", "ads__2025"];
  for (const key of ["cg_video", "cg", "a__b", "vk_"]) all[key] = anotherProfile(key);
});

/** A link's target as `key source`. */
function read(word: string): string {
  const { profile, source } = readLink(PROFILES, word);
  return `${profile?.key ?? "-"} ${source ?? "-"}`;
}

const CASES: readonly (readonly [word: string, target: string])[] = [
  ["agency", "agency -"],
  ["agency__vk-may", "agency vk-may"],
  ["AGENCY__Vk-May", "agency Vk-May"],
  ["old_agency__flyer", "agency flyer"],
  ["cg_video__x", "cg_video x"],
  ["cg__video__x", "cg video__x"],
  ["agency___x", "agency _x"],
  ["agency__", "agency -"],
  ["a__b", "a__b -"],
  ["A__B", "a__b -"],
  ["a__b__c", "a__b c"],
  ["a__c", "- c"],
  ["ads__2025", "agency -"],
  ["ads__2025__tv", "agency tv"],
  ["vk___x", "vk_ x"],
  ["nothing", "- -"],
  ["nothing__vk", "- vk"],
  ["__vk", "- vk"],
  ["__", "- -"],
  ["", "- -"],
  ["agency__вк", "- -"],
  ["agency__a b", "- -"],
  [`agency__${"x".repeat(56)}`, `agency ${"x".repeat(56)}`],
  [`agency__${"x".repeat(57)}`, "- -"],
];

for (const [word, target] of CASES) {
  Deno.test(`the link "${word}" leads to ${target}`, () => assert.equal(read(word), target));
}

Deno.test("a link with a source is read back as it was made, or not made", () => {
  const agency = { key: "agency" };
  const make = (source: string, { key } = agency) => wordWithSource(PROFILES, { key }, source);
  assert.deepEqual(make("vk-may"), { word: "agency__vk-may" });
  assert.deepEqual(make("вк"), { fault: "characters" });
  assert.deepEqual(make(""), { fault: "characters" });
  assert.equal(mostSourceCharacters(agency), 56);
  assert.deepEqual(make("x".repeat(56)), { word: `agency__${"x".repeat(56)}` });
  assert.deepEqual(make("x".repeat(57)), { fault: "long" });
  const profiles = someProfiles((all) => {
    all.a = anotherProfile("a");
    all.a__b = anotherProfile("a__b");
  });
  assert.deepEqual(wordWithSource(profiles, { key: "a" }, "b"), { fault: "taken" });
  assert.deepEqual(wordWithSource(profiles, { key: "a__b" }, "c"), { fault: "taken" });
});
