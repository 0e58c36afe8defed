// README.md and README.ru.md say the same: the same commands, variables, exit codes, files and pictures, in the same
// order, each in its own language.

import assert from "node:assert/strict";
import { COMMANDS } from "../lib/managers/texts.ts";

const [english, russian] = await Promise.all(
  ["README.md", "README.ru.md"].map((path) => Deno.readTextFile(path)),
) as [string, string];

function all(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map(([, found = ""]) => found);
}

/** The rows of the table whose first column's head is this, without the words of a language. */
function rowsOf(text: string, head: string): string[] {
  const [, ...tables] = text.split(new RegExp(`^\\| ${head} +\\|`, "m"));
  assert.equal(tables.length, 1, `No table "${head}"`);
  return (tables[0] ?? "").split("\n\n")[0]?.split("\n").slice(2) ?? [];
}

/** What stands in backticks. */
function codeIn(row: string): string {
  return all(row, /`([^`]+)`/g).join(" ");
}

Deno.test("both READMEs begin with the same commands, and have the same blocks of shell", () => {
  const commands = (text: string) =>
    all(text, /```sh\n([^`]*?)\n```/g).map((each) =>
      each.replace(" --en", "").replace(/ +#.*/, "")
    );
  assert.deepEqual(commands(russian), commands(english));
  assert.deepEqual(commands(english).slice(0, 2), [
    "npx -y deno@2.9.6 task demo",
    "npx -y deno@2.9.6 task test",
  ]);
});

Deno.test("both READMEs have the same variables, exit codes and files to change", () => {
  const variables = (text: string, head: string) =>
    rowsOf(text, head).map((row) => {
      const [, name = "", byDefault = ""] = row.split("|").map((cell) => cell.trim());
      return name + (byDefault.startsWith("`") ? byDefault : "");
    });
  assert.deepEqual(variables(russian, "Переменная"), variables(english, "Variable"));
  assert.ok(variables(english, "Variable").length >= 7);

  const codes = (text: string, head: string) =>
    rowsOf(text, head).map((row) => row.split("|")[1]?.trim());
  assert.deepEqual(codes(russian, "Код выхода"), codes(english, "Exit code"));

  const files = (text: string, head: string) => rowsOf(text, head).map(codeIn);
  assert.deepEqual(files(russian, "Чтобы изменить …"), files(english, "To change …"));
});

Deno.test("both READMEs name the same parts, tasks, variables, keys and documents", () => {
  const names = (text: string) => {
    const found = all(text, /`([A-Z][A-Z_]{3,}|\/[a-z]+|deno task \w+|"?[a-z]+_[a-z_]+"?)/g);
    return [...new Set([...found, ...all(text, /\]\(((?:docs|deploy)\/[\w./]+)\)/g)])].toSorted();
  };
  const missing = names(english).filter((each) => !names(russian).includes(each));
  assert.deepEqual(missing, []);
  assert.ok(names(english).length > 30);
});

Deno.test("each README shows its language's three pictures, none above 150 KB, and links to the other", async () => {
  const languages = [[english, "en", "README.ru.md"], [russian, "ru", "README.md"]] as const;
  for (const [text, language, other] of languages) {
    const pictures = all(text, /!\[[^\]]+\]\(([^)]+)\)/g);
    const names = ["demo", "editor", "leads"];
    const folder = `tests/browser/screenshots/${language}`;
    assert.deepEqual(pictures, names.map((each) => `${folder}/${each}.jpg`));
    for (const each of pictures) assert.ok((await Deno.stat(each)).size <= 150 * 1024, each);
    assert.ok(text.includes(`(${other})`));
  }
});

Deno.test("both READMEs name every command of the managers' chat", () => {
  for (const text of [english, russian]) {
    const missing = COMMANDS.filter(({ command }) => !text.includes(`\`/${command}`));
    assert.deepEqual(missing, []);
  }
});
