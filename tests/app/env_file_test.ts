import assert from "node:assert/strict";
import { readEnvFile } from "../../lib/app/env_file.ts";

function read(text: string, environment: Readonly<Record<string, string>> = {}) {
  const result = readEnvFile(text, (name) => environment[name]);
  return result.ok ? { ...result.values } : result.fault;
}

Deno.test("readEnvFile gives the file's values, with references to others of it filled in", () => {
  assert.deepEqual(read("A=1\nB='pa$word'\nC=\"pa$word\"\nD=$A-${A}\nE=a$\nF=\\$A"), {
    A: "1",
    B: "pa$word",
    C: "pa$word",
    D: "1-1",
    E: "a$",
    F: "\\$A",
  });
});

Deno.test("readEnvFile fills in what the environment has, and defaults", () => {
  assert.deepEqual(read("A=$NOT_THERE:-x\nB=${NOT_THERE:-y}"), { A: "x", B: "y" });
  Deno.env.set("TRIBORG_ENV_TEST", "outer");
  try {
    assert.deepEqual(read("A=$TRIBORG_ENV_TEST/data", { TRIBORG_ENV_TEST: "outer" }), {
      A: "outer/data",
    });
  } finally {
    Deno.env.delete("TRIBORG_ENV_TEST");
  }
});

const DOLLAR = "A: значение со знаком $ берут в одинарные кавычки: 'a$b'";
const CIRCLE = "A: значение ссылается само на себя";

const FAULTS: readonly [text: string, fault: string][] = [
  ["A=pa$word", DOLLAR],
  ["A=pa${word}", DOLLAR],
  ['A="open$word', DOLLAR],
  ["B=1\nA=$B$C", DOLLAR],
  ["A=$ENVIRONMENT_WITH_DOLLAR", DOLLAR],
  ["A=$A", CIRCLE],
  ["A=${A}", CIRCLE],
  ["A=x${A:-y}", CIRCLE],
  ["A=$A:-y", CIRCLE],
  ["A=$B\nB=$C\nC=$A", CIRCLE],
  ["export A = $A # self", CIRCLE],
];

for (const [text, fault] of FAULTS) {
  Deno.test(`${JSON.stringify(text)} in .env is a fault, not a hang`, () => {
    assert.equal(read(text, { ENVIRONMENT_WITH_DOLLAR: "a$b" }), fault);
  });
}
