import assert from "node:assert/strict";
import { DENO, taskArguments } from "../helpers/deno.ts";
import { textLines } from "../helpers/text_lines.ts";

Deno.test("Ctrl-C in the middle of the transcript ends the demo in order, and leaves nothing behind", async () => {
  const folder = await Deno.makeTempDir({ prefix: "demo-" });
  const child = new Deno.Command(DENO, {
    args: [...await taskArguments("demo"), "--port=0"],
    env: { TMPDIR: folder },
    stdin: "null",
    stdout: "piped",
  }).spawn();
  const lines = child.stdout.pipeThrough(textLines()).getReader();
  await lines.read(); // The transcript has begun.
  assert.equal([...Deno.readDirSync(folder)].length, 1);
  child.kill("SIGINT");
  let last = "";
  for (let read = await lines.read(); !read.done; read = await lines.read()) last = read.value;
  assert.equal((await child.status).code, 130);
  assert.equal(last, "Останавливаемся…");
  assert.deepEqual([...Deno.readDirSync(folder)], []);
  await Deno.remove(folder);
});

Deno.test("a port that another program has is told in a sentence, in the language that was asked for", async () => {
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = taken.addr;
  const cases = [
    { language: [], wanted: `Порт ${port} не занять` },
    { language: ["--en"], wanted: `Cannot listen on port ${port}` },
  ];
  for (const { language, wanted } of cases) {
    const args = [...await taskArguments("demo"), `--port=${port}`, ...language];
    const { code, stderr } = await new Deno.Command(DENO, { args, stdin: "null" }).output();
    assert.equal(code, 2);
    const said = new TextDecoder().decode(stderr);
    assert.ok(said.includes(wanted), said);
    assert.equal(said.trim().split("\n").length, 1, said);
  }
});
