// One version in deno.json, the code and CHANGELOG.md.

import assert from "node:assert/strict";
import { disagreements, obstacles, type Sources } from "../../lib/release/agreement.ts";
import { VERSION } from "../../lib/version.ts";

const TODAY = "2026-11-29";

function someSources(details: Partial<Sources> = {}): Sources {
  return {
    configuration: '{ "version": "1.2.0" }',
    version: "1.2.0",
    changelog: aChangelog("## 1.2.0 — 2026-11-29\n\n### Added\n\n- Something."),
    ...details,
  };
}

function aChangelog(...sections: string[]): string {
  return ["# Changelog\n\nFor operators of the bot.", ...sections].join("\n\n");
}

Deno.test("deno.json, lib/version.ts and CHANGELOG.md agree on the version", async () => {
  assert.deepEqual(
    disagreements({
      configuration: await Deno.readTextFile("deno.json"),
      version: VERSION,
      changelog: await Deno.readTextFile("CHANGELOG.md"),
    }),
    [],
  );
});

Deno.test("a release whose sources agree has no obstacle", () => {
  assert.deepEqual(obstacles(someSources(), TODAY), []);
  const changelog = aChangelog(
    "## Unreleased",
    "## 1.2.0 — 2026-11-29\n\n- Something.",
    "## 1.1.10 — 2026-11-01\n\n- Older.",
    "## 1.1.9 — 2026-10-01\n\n- Oldest.",
  );
  assert.deepEqual(obstacles(someSources({ changelog }), TODAY), []);
});

Deno.test("changes that are not released yet are no disagreement, and an obstacle", () => {
  const changelog = aChangelog(
    "## Unreleased\n\n### Added\n\n- Something.",
    "## 1.1.0 — 2026-10-01\n\n- Older.",
  );
  assert.deepEqual(disagreements(someSources({ changelog })), []);
  assert.deepEqual(obstacles(someSources({ changelog }), TODAY), [
    'CHANGELOG.md: move what is under "Unreleased" to "## 1.2.0 — 2026-11-29"',
  ]);
  const first = aChangelog("## Unreleased\n\n- Something.");
  assert.deepEqual(disagreements(someSources({ changelog: first })), []);
});

for (
  const [what, details, expected] of [
    [
      "deno.json has another version",
      { configuration: '{ "version": "1.1.0" }' },
      "deno.json says 1.1.0, lib/version.ts says 1.2.0",
    ],
    [
      "deno.json has no version",
      { configuration: "{}" },
      "deno.json says no version, lib/version.ts says 1.2.0",
    ],
    [
      "the changelog's newest is older, and nothing is unreleased",
      { changelog: aChangelog("## 1.1.0 — 2026-10-01\n\n- Older.") },
      "CHANGELOG.md's newest version is 1.1.0, lib/version.ts says 1.2.0",
    ],
    [
      "the changelog's newest is newer",
      { changelog: aChangelog("## Unreleased\n\n- New.", "## 1.10.0 — 2026-10-01\n\n- Newer.") },
      "CHANGELOG.md's newest version is 1.10.0, lib/version.ts says 1.2.0",
    ],
    [
      "the changelog is empty",
      { changelog: aChangelog("## Unreleased") },
      "CHANGELOG.md has neither a version nor changes",
    ],
    [
      "versions are out of order",
      {
        changelog: aChangelog(
          "## 1.2.0 — 2026-11-29\n\n- Something.",
          "## 1.10.0 — 2026-11-01\n\n- Older.",
        ),
      },
      "CHANGELOG.md: versions are not in descending order",
    ],
    [
      "the version is none",
      {
        version: "1.2",
        configuration: '{ "version": "1.2" }',
        changelog: aChangelog("## 1.2 — 2026-11-29\n\n- Something."),
      },
      "lib/version.ts: 1.2 is no version",
    ],
  ] as const
) {
  Deno.test(`disagreements names it when ${what}`, () => {
    assert.deepEqual(disagreements(someSources(details)), [expected]);
  });
}

for (
  const [what, heading, expected] of [
    ["has no date", "## 1.2.0", 'CHANGELOG.md: 1.2.0 needs a date, such as 2026-11-29; found ""'],
    [
      "has no such date",
      "## 1.2.0 — 2026-02-30",
      'CHANGELOG.md: 1.2.0 needs a date, such as 2026-11-29; found "2026-02-30"',
    ],
    [
      "is of tomorrow",
      "## 1.2.0 — 2026-11-30",
      "CHANGELOG.md: 1.2.0 is dated 2026-11-30, after today, 2026-11-29",
    ],
  ] as const
) {
  Deno.test(`a version that ${what} is not released`, () => {
    const changelog = aChangelog(`${heading}\n\n- Something.`);
    assert.deepEqual(obstacles(someSources({ changelog }), TODAY), [expected]);
  });
}

Deno.test("a version that says nothing is not released", () => {
  const changelog = aChangelog("## 1.2.0 — 2026-11-29\n\n### Added");
  assert.deepEqual(obstacles(someSources({ changelog }), TODAY), [
    "CHANGELOG.md says nothing about 1.2.0",
  ]);
});
