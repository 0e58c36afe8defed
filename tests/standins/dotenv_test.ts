import assert from "node:assert/strict";
import { parse } from "@std/dotenv";

// Imported by its bare name, so that the same tests run on the stand-in and on the package itself.

Deno.test("parse reads one value a line and skips empty lines, comments and lines without =", () => {
  assertParsed("A=1\n\n  # B=2\nnot a line\nC = three \r\n  D=4\nE=\n", {
    A: "1",
    C: "three",
    D: "4",
    E: "",
  });
});

Deno.test("parse ends an unquoted value at #, with or without a space before it", () => {
  assertParsed("A=1 # one\nB=2#two\nC=http://x/#frag", { A: "1", B: "2", C: "http://x/" });
});

Deno.test("parse keeps spaces and # inside quotes and drops what follows them", () => {
  assertParsed(`A=" a # b " # note\nB=' it is "so" '\nC="don't"`, {
    A: " a # b ",
    B: ' it is "so" ',
    C: "don't",
  });
});

Deno.test("parse reads the escapes of a line break, return and tab in double quotes only", () => {
  assertParsed(
    String.raw`A="a\nb\tc\rd"` + "\n" + String.raw`B='a\nb'` + "\n" + String.raw`C=a\nb`,
    {
      A: "a\nb\tc\rd",
      B: String.raw`a\nb`,
      C: String.raw`a\nb`,
    },
  );
});

Deno.test("parse reads escaped quotes and backslashes in double quotes, and leaves other escapes", () => {
  const cases: readonly [written: string, value: string][] = [
    ['"a\\"b"', 'a"b'],
    ['"\\""', '"'],
    ['"it\\\'s"', "it's"],
    ['"C:\\\\new"', "C:\\new"],
    ['"\\\\"', "\\"],
    ['"a\\\\\\"b"', 'a\\"b'],
    ['"\\q\\$x"', "\\q\\$x"],
    ["'a\\'", "a\\"],
    ['"open\\"', '"open\\"'],
    ['a\\"b', 'a\\"b'],
  ];
  for (const [written, value] of cases) assertParsed(`A=${written}\nB=2`, { A: value, B: "2" });
});

Deno.test("parse lets a quoted value run over lines and drops a line break next to its quotes", () => {
  assertParsed(`A="\n-----BEGIN-----\nabc\n-----END-----\n"\nB='one\ntwo'\nC=3`, {
    A: "-----BEGIN-----\nabc\n-----END-----",
    B: "one\ntwo",
    C: "3",
  });
});

Deno.test("parse takes an unclosed quote as part of the value", () => {
  assertParsed(`A="open\nB=2`, { A: '"open', B: "2" });
});

Deno.test("parse ignores export before a name", () => {
  assertParsed("export A=1\n export  B='2'", { A: "1", B: "2" });
});

Deno.test("parse keeps = and JSON in an unquoted value", () => {
  assertParsed('A=b=c==\nB={"foo": "bar"}', { A: "b=c==", B: '{"foo": "bar"}' });
});

Deno.test("parse takes the last of two values of a name", () => {
  assertParsed("A=1\nA=2", { A: "2" });
});

Deno.test("parse skips a name that is no identifier, with a warning", () => {
  using warnings = quietWarnings();

  assertParsed("1A=x\nB-C=y\nD=z", { D: "z" });
  assert.equal(warnings.calls.length, 2);
});

Deno.test("parse expands $NAME and ${NAME} from the file in unquoted values only", () => {
  assertParsed("A=1\nB=$A-${A}\nC='$A'\nD=\"${A}\"\nE=\\$A\nF=$G\nG=later", {
    A: "1",
    B: "1-1",
    C: "$A",
    D: "${A}",
    E: "\\$A",
    F: "later",
    G: "later",
  });
});

Deno.test("parse expands what the file lacks from the environment, else from the default", () => {
  Deno.env.set(NAME, "outer");
  try {
    assertParsed(`A=$${NAME}\nB=\${${NAME}:-x}\nC=\${${NAME}_NOT:-x}\nD=$${NAME}_NOT:-y`, {
      A: "outer",
      B: "outer",
      C: "x",
      D: "y",
    });
    assertParsed(`${NAME}=inner\nA=$${NAME}`, { [NAME]: "inner", A: "inner" });
    assertParsed(`A=\${${NAME}_NOT:-\${${NAME}:-x}}`, { A: "outer" });
  } finally {
    Deno.env.delete(NAME);
  }
});

Deno.test("parse leaves the word undefined where a reference has neither value nor default", () => {
  assertParsed(`A=[$${NAME}_NOT]`, { A: "[undefined]" });
});

Deno.test({
  name: "parse needs env permission for a reference the file does not hold, and for nothing else",
  permissions: { env: ["TRIBORG_ALLOWED"] },
  fn() {
    assertParsed("A=1\nB=$A\nC='$x'", { A: "1", B: "1", C: "$x" });
    assertParsed("A=$TRIBORG_ALLOWED", { A: "undefined" });
    assert.throws(() => parse("A=pa$x"), Deno.errors.NotCapable);
  },
});

const NAME = "TRIBORG_DOTENV_TEST";

function assertParsed(text: string, expected: Record<string, string>): void {
  // The record may or may not have a prototype.
  assert.deepEqual({ ...parse(text) }, expected);
}

function quietWarnings(): Disposable & { calls: unknown[][] } {
  const real = console.warn;
  const calls: unknown[][] = [];
  console.warn = (...args: unknown[]) => void calls.push(args);
  return { calls, [Symbol.dispose]: () => void (console.warn = real) };
}
