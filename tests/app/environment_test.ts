// What the process is told from outside: `.env` and the environment, which wins.

import assert from "node:assert/strict";
import { type Environment, readEnvironment } from "../../lib/app/environment.ts";

async function read(
  text: string | null,
  environment: Readonly<Record<string, string>> = {},
  mode = 0o600,
): Promise<Environment> {
  const folder = await Deno.makeTempDir({ prefix: "triborg-" });
  try {
    const path = `${folder}/.env`;
    if (text !== null) await Deno.writeTextFile(path, text, { mode });
    const lookup = (name: string) => {
      if (name === "" || name.includes("=")) throw new TypeError("Key is invalid");
      return environment[name];
    };
    return await readEnvironment(lookup, path);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("the environment wins over the file, for variables and for secrets", async () => {
  const { variables, secret, fault, hasFile } = await read(
    "PORT=1\nHOST=a\nSECRET_AMO=of-file\nSECRET_SHOP= of-shop \n",
    { PORT: "2", SECRET_AMO: "of-environment" },
  );
  assert.deepEqual([variables["PORT"], variables["HOST"]], ["2", "a"]);
  assert.deepEqual([secret("amo"), secret("shop"), secret("none")], [
    "of-environment",
    "of-shop",
    undefined,
  ]);
  assert.deepEqual([hasFile, fault], [true, null]);
});

Deno.test("without a file the environment is all there is", async () => {
  const { variables, hasFile, fault, warnings } = await read(null, { PORT: "2" });
  assert.deepEqual([variables["PORT"], hasFile, fault, warnings], ["2", false, null, []]);
});

Deno.test("an unknown name is warned of with the nearest", async () => {
  const { warnings } = await read("BOT_TOKN=1\nSECRET_ANY=1\n");
  assert.deepEqual(warnings, [
    ".env: неизвестная переменная BOT_TOKN, может быть, BOT_TOKEN?",
  ]);
});

Deno.test("what may be a secret on a line of its own is counted, not shown", async () => {
  const printed: unknown[] = [];
  const { warn } = console;
  console.warn = (...words) => printed.push(words);
  const secrets = "SECRET_SIGN=\nwhsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw=\nc2V+Y3/JldA=\n";
  const { warnings } = await read(`${secrets}PORT=$PORT_HERE`, { PORT_HERE: "2" });
  console.warn = warn;
  assert.deepEqual([...warnings, ...printed], [
    ".env: перед знаком «=» не имя переменной, нужны буквы, цифры и _, строка пропущена",
    ".env: неизвестное имя перед знаком «=», символов: 38, строка пропущена",
  ]);
});

Deno.test("a file in UTF-16 is a fault, not a file without variables", async () => {
  const { fault } = await read("\uFEFFB\0O\0T\0_\0T\0O\0K\0E\0N\0=\0");
  assert.equal(fault, "файл не в UTF-8, пересохраните его в UTF-8");
});

for (const value of ["${}", "${X=Y}", "$NONE"]) {
  Deno.test(`a file with the value ${value} has a fault that names its variable`, async () => {
    const { fault, hasFile, variables } = await read(`ADMIN_PASSWORD=${value}\n`, { PORT: "2" });
    assert.match(fault ?? "", /^ADMIN_PASSWORD: значение со знаком \$/);
    assert.deepEqual([hasFile, variables["PORT"]], [true, "2"]);
  });
}

Deno.test("a folder in place of the file is a fault", async () => {
  const folder = await Deno.makeTempDir({ prefix: "triborg-" });
  const { fault } = await readEnvironment(() => undefined, folder);
  await Deno.remove(folder);
  assert.match(fault ?? "", /^не прочесть: /);
});

Deno.test("a file that other users can read is told", async () => {
  assert.equal((await read("PORT=1", {}, 0o600)).isOpenToOthers, false);
  assert.equal((await read("PORT=1", {}, 0o644)).isOpenToOthers, true);
  assert.equal((await read(null)).isOpenToOthers, false);
});
