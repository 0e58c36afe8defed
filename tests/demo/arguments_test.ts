import assert from "node:assert/strict";
import { readArguments } from "../../lib/demo/arguments.ts";

const NONE = { once: false, english: false, port: null };

Deno.test("the demo runs without arguments, and with each of its own", () => {
  const cases: [string[], object][] = [
    [[], {}],
    [["--once"], { once: true }],
    [["--en", "--once"], { once: true, english: true }],
    [["--port", "0"], { port: 0 }],
    [["--port=65535"], { port: 65_535 }],
  ];
  for (const [given, wanted] of cases) {
    assert.deepEqual(readArguments(given), { kind: "run", args: { ...NONE, ...wanted } });
  }
  assert.equal(readArguments(["--once", "--help"]).kind, "help");
});

Deno.test("a fault of an argument is told in a sentence that names it", () => {
  const faults: [string[], RegExp][] = [
    [["--onec"], /«--onec». Можно: --en, --port, --once, --help/],
    [["8010"], /«8010»/],
    [["--port"], /--port: найдено «», нужно целое число от 0 до 65535/],
    [["--port", "65536"], /«65536»/],
    [["--port=80x"], /«80x»/],
    [["x".repeat(500)], /«x{60}…»/],
  ];
  for (const [given, wanted] of faults) {
    const result = readArguments(given);
    assert.ok(result.kind === "fault", String(given));
    assert.match(result.message, wanted);
  }
});
