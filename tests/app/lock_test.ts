// One process per data folder.

import assert from "node:assert/strict";
import { lockFolder } from "../../lib/app/lock.ts";
import { DENO } from "../helpers/deno.ts";

async function withFolder(run: (folder: string) => void | Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "triborg-" });
  try {
    await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("lockFolder makes the folder and takes it", () =>
  withFolder((folder) => {
    const lock = lockFolder(`${folder}/data/deep`);
    assert.ok(lock);
    lock.release();
  }));

Deno.test("lockFolder takes a folder once, until it is released", () =>
  withFolder((folder) => {
    const lock = lockFolder(folder);
    assert.ok(lock);
    assert.equal(lockFolder(folder), undefined);
    lock.release();
    const again = lockFolder(folder);
    assert.ok(again);
    again.release();
  }));

Deno.test("lockFolder takes two folders side by side", () =>
  withFolder((folder) => {
    const locks = [lockFolder(`${folder}/one`), lockFolder(`${folder}/two`)];
    assert.ok(!locks.includes(undefined));
    for (const lock of locks) lock?.release();
  }));

Deno.test("lockFolder takes a folder whose last process was killed", () =>
  withFolder(async (folder) => {
    const room = new URL("../../lib/app/lock.ts", import.meta.url).href;
    const child = new Deno.Command(DENO, {
      args: ["run", "--allow-read", "--allow-write", "-"],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    const script = `import { lockFolder } from "${room}";
      console.log(lockFolder(${JSON.stringify(folder)}) ? "taken" : "free");
      setInterval(() => {}, 1000);`;
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(script));
    await writer.close();
    const reader = child.stdout.getReader();
    const said = await reader.read();
    assert.equal(new TextDecoder().decode(said.value), "taken\n");
    assert.equal(lockFolder(folder), undefined);
    child.kill("SIGKILL");
    await Promise.all([child.status, reader.cancel()]);
    const lock = lockFolder(folder);
    assert.ok(lock);
    lock.release();
  }));

Deno.test("lockFolder throws where no folder can be made", () =>
  withFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/file`, "");
    assert.throws(() => lockFolder(`${folder}/file/data`));
  }));
