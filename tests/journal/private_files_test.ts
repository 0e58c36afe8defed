// Photos in a data folder are their owner's alone, as everything else there.

import assert from "node:assert/strict";
import { keepPrivate, openToOthers } from "../../lib/journal/sqlite/private_files.ts";

Deno.test({
  name: "photos that others could read, also those among the backups, are restricted at the start",
  ignore: Deno.build.os === "windows",
  async fn() {
    const folder = await Deno.makeTempDir({ prefix: "triborg-" });
    try {
      const folders = [folder, `${folder}/media`, `${folder}/backups`, `${folder}/backups/media`];
      for (const each of folders) {
        await Deno.mkdir(each, { recursive: true });
        await Deno.writeTextFile(`${each}/triborg-a.jpg`, "");
        await Deno.chmod(`${each}/triborg-a.jpg`, 0o644);
        await Deno.chmod(each, 0o755);
      }
      assert.equal(openToOthers(folder).length, 2 * folders.length);
      assert.deepEqual(keepPrivate(folder), []);
      assert.deepEqual(openToOthers(folder), []);
      for (const each of folders) {
        assert.equal((await Deno.stat(each)).mode! & 0o777, 0o700, each);
        assert.equal((await Deno.stat(`${each}/triborg-a.jpg`)).mode! & 0o777, 0o600, each);
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
