// JSON as text: reading, and edits that change only their own bytes.

import assert from "node:assert/strict";
import fc from "fast-check";
import {
  arranged,
  laidOut,
  withKey,
  withoutMember,
  withText,
  withValue,
} from "../../lib/json/edit.ts";
import { mapStrings } from "../../lib/json/rewrite.ts";
import { type JsonText, readJson, textOf, valueAt, withoutLayout } from "../../lib/json/text.ts";
import { leastMs } from "../helpers/least_ms.ts";

function json(text: string): JsonText {
  const read = readJson(text);
  assert.ok(read.ok, JSON.stringify(read));
  return read.json;
}

function faultsOf(text: string): string[] {
  const read = readJson(text);
  assert.ok(!read.ok && read.kind === "faulty", text);
  return read.faults.map(({ line, column, path, message }) =>
    `${line}:${column} ${path.join(".")} ${message}`
  );
}

// — Reading —

Deno.test("readJson keeps every byte, and the order of keys that look like numbers", () => {
  for (
    const text of [
      "{}",
      ' \n{ "b" : 1 ,\t"a":[ 1.0,1e3 ],\r\n"2026":{}, "2025":-0 } \n\n',
      '\uFEFF{"\\u0061":"x,}","__proto__":{"__proto__":1}}',
      '{"a":"\\"}{,","b":23851234567890123}',
    ]
  ) assert.equal(textOf(json(text)), text);
  assert.deepEqual([...json('{"b":1,"2026":2,"2025":3,"a":4}').members.keys()], [
    "b",
    "2026",
    "2025",
    "a",
  ]);
  assert.deepEqual(valueAt(json('{"__proto__":{"a":1}}'), "__proto__"), { a: 1 });
});

Deno.test("readJson reports line and column of a syntax fault, what it found and what it expects", () => {
  assert.deepEqual(
    [
      '{\n  "a": 1,\n}',
      '{"a":[1,]}',
      '{\r\n"a": 1\r\n"b": 2}',
      '{"a" 1}',
      '{"a":}',
      '{"a":1',
      '{"a":[1',
      '{"a":1}}',
      '{\n// note\n"a":1}',
      '{"a":/* x */1}',
      '{"a":"x\ny"}',
      '{"a":"x\ty"}',
      '{"a":"\\q"}',
      '{"a":"\\u12"}',
      '{"a":1.}',
      '{"a":007}',
      '{"a":True}',
      "{a:1}",
      "\uFEFF{,}",
      "",
    ].flatMap(faultsOf),
    [
      "3:1  перед «}» лишняя запятая: уберите её",
      "1:9  перед «]» лишняя запятая: уберите её",
      "3:1  найден текст, перед этим нужна запятая",
      "1:6  найдено число, нужно двоеточие после ключа",
      "1:6  найдено «}», нужно значение",
      "1:7  файл обрывается, нужна закрывающая скобка «}»",
      "1:8  файл обрывается, нужна закрывающая скобка «]»",
      "1:8  найдено «}» после последней скобки, нужно убрать лишнее",
      "2:1  найден комментарий, в JSON их не бывает: уберите его",
      "1:6  найден комментарий, в JSON их не бывает: уберите его",
      '1:6  текст не закрыт, нужна кавычка " в той же строке',
      "1:8  в тексте найден управляющий знак, нужно \\t вместо табуляции и \\n вместо новой строки",
      '1:7  в тексте найдена косая черта \\ перед чужим знаком, нужно \\\\, \\" или \\n',
      "1:7  в тексте найдено \\u, нужно четыре знака 0–9, a–f после него",
      "1:6  число написано с ошибкой, нужно вида 10 или 0.5",
      "1:6  число написано с ошибкой, нужно вида 10 или 0.5",
      '1:6  найдено слово без кавычек, нужен текст в кавычках "…", число, true, false или null',
      "1:2  найдено «a», нужен ключ в кавычках",
      "1:2  найдено «,», нужен ключ в кавычках",
      "1:1  файл обрывается, нужно значение",
    ],
  );
});

Deno.test("readJson reports every duplicate key with both lines", () => {
  assert.deepEqual(
    faultsOf('{\n"a": {"x": 1,\n"x": 2},\n"b": [{"y":1},{"y":1,\n"y":2}],\n"a": 3}'),
    [
      "3:1 a ключ «x» второй раз, уже есть в строке 2",
      "5:1 b.1 ключ «y» второй раз, уже есть в строке 4",
      "6:1  ключ «a» второй раз, уже есть в строке 2",
    ],
  );
});

Deno.test("readJson accepts exactly what JSON.parse accepts, except duplicate keys", () => {
  const soup = fc.array(
    fc.constantFrom(
      "{",
      "}",
      "[",
      "]",
      ",",
      ":",
      '"a"',
      '"b"',
      "1",
      "-",
      "0",
      ".5",
      "null",
      " ",
      "/",
      "\\",
    ),
    { maxLength: 12 },
  ).map((parts) => parts.join(""));
  fc.assert(
    fc.property(soup, (text) => {
      const read = readJson(text);
      let isJson = true;
      try {
        JSON.parse(text);
      } catch {
        isJson = false;
      }
      const isDoubled = !read.ok && read.kind === "faulty" &&
        read.faults.every(({ message }) => message.includes("второй раз"));
      assert.equal(read.ok || read.kind === "other" || isDoubled, isJson);
    }),
    { numRuns: 2_000 },
  );
});

Deno.test("endlessly nested brackets are a fault, not a crash", () => {
  assert.deepEqual(faultsOf("[".repeat(100_000)), [
    "1:100001  файл обрывается, нужна закрывающая скобка «]»",
  ]);
});

// — Changing —

const UGLY = '{\r\n\t"a" : {"n":23851234567890123,"one":1.0,"k":1e3 , "t":"\\u0041"},\r\n\r\n' +
  '\t"2026": [ {"callback_data":"x","id":9007199254740993}, {"callback_data":"y"} ],\r\n\t"z":{}\r\n}';

Deno.test("withValue changes only the bytes of values that differ", () => {
  const a = valueAt(json(UGLY), "a") as Record<string, unknown>;
  assert.equal(textOf(withValue(json(UGLY), "a", { ...a })), UGLY);
  assert.equal(
    textOf(withValue(json(UGLY), "a", { ...a, t: "Ж" })),
    UGLY.replace('"\\u0041"', '"Ж"'),
  );
  assert.equal(
    textOf(withValue(json(UGLY), "a", { ...a, more: [1, { b: 2 }] })),
    UGLY.replace('"\\u0041"}', '"\\u0041","more":[1, {"b":2}]}'),
  );
  const { one: _gone, ...rest } = a;
  assert.equal(textOf(withValue(json(UGLY), "a", rest)), UGLY.replace('"one":1.0,', ""));
  assert.equal(
    textOf(withValue(json(UGLY), "z", { b: { c: [] } })),
    UGLY.replace("{}", '{\r\n\t\t"b":{\r\n\t\t\t"c":[]\r\n\t\t}\r\n\t}'),
  );
  assert.equal(
    textOf(withValue(json(UGLY), "new", { b: 1 })),
    UGLY.replace("{}", '{},\r\n\t"new":{\r\n\t\t"b":1\r\n\t}'),
  );
});

Deno.test("a list's elements keep their bytes when others are moved, changed or removed", () => {
  const [x, y] = valueAt(json(UGLY), "2026") as Record<string, unknown>[];
  const list = (text: string) => UGLY.replace(/\[ .* \]/, text);
  const rewritten = (value: unknown) => textOf(withValue(json(UGLY), "2026", value));
  const big = '"id":9007199254740993';
  assert.equal(rewritten([y, x]), list(`[ {"callback_data":"y"}, {"callback_data":"x",${big}} ]`));
  assert.equal(rewritten([x]), list(`[ {"callback_data":"x",${big}} ]`));
  assert.equal(
    rewritten([y, { ...x, callback_data: "x", text: "T" }]),
    list(`[ {"callback_data":"y"}, {"callback_data":"x",${big},"text":"T"} ]`),
  );
  assert.equal(
    rewritten([x, y, { callback_data: "new" }]),
    list(`[ {"callback_data":"x",${big}}, {"callback_data":"y"}, {"callback_data":"new"} ]`),
  );
  assert.equal(rewritten([]), list("[]"));
});

Deno.test("members keep their bytes when renamed, moved, removed and restored", () => {
  const text = '{ "a": 1.0,\n  "2": 2,\n  "1": 1e3\n}\n';
  assert.equal(textOf(withKey(json(text), "2", "x")), text.replace('"2"', '"x"'));
  assert.equal(
    textOf(arranged(json(text), ["2", "a", "1"])),
    '{ "2": 2,\n  "a": 1.0,\n  "1": 1e3\n}\n',
  );
  assert.equal(textOf(withoutMember(json(text), "a")), '{ "2": 2,\n  "1": 1e3\n}\n');
  assert.equal(textOf(withoutMember(json(text), "1")), '{ "a": 1.0,\n  "2": 2\n}\n');
  assert.equal(
    textOf(
      withText(json(text), "b", "[\r\n  12345678901234567890\r\n]"),
    ),
    '{ "a": 1.0,\n  "2": 2,\n  "1": 1e3,\n  "b": [\n  12345678901234567890\n]\n}\n',
  );
});

Deno.test("laidOut gives a value the layout of the file and keeps the spelling of numbers", () => {
  const compact = '{"x":[1.0,{}],"y z":"a,b:c"}';
  assert.equal(
    laidOut(json('{\r\n\t\t"a":1\r\n}'), "b", compact),
    '{\n\t\t\t\t"x":[\n\t\t\t\t\t\t1.0,\n\t\t\t\t\t\t{}\n\t\t\t\t],\n\t\t\t\t"y z":"a,b:c"\n\t\t}'
      .replaceAll("\n", "\r\n"),
  );
  assert.equal(
    laidOut(json('{"a": 1}'), "b", compact),
    '{"x": [1.0, {}], "y z": "a,b:c"}',
  );
});

Deno.test("a profile with 4,000 choices is laid out, mapped and rewritten in less than half a second each", () => {
  const choices = Object.fromEntries(
    Array.from({ length: 4_000 }, (_, nth) => [`choice_${nth}`, "Оставить заявку"]),
  );
  const file = json('{\n  "a": 1\n}');
  const compact = JSON.stringify({ choices });
  const other = (text: string) => `${text}!`;
  const edits: Readonly<Record<string, () => unknown>> = {
    laidOut: () => laidOut(file, "b", compact),
    mapStrings: () => mapStrings(compact, { key: other, value: other }),
    withValue: () =>
      withValue(withText(file, "a", compact), "a", { choices: { ...choices, b: "" } }),
  };
  for (const [name, edit] of Object.entries(edits)) {
    const ms = leastMs(edit, 500);
    assert.ok(ms < 500, `${name}: ${ms} ms`);
  }
});

Deno.test("after any edit the text parses to the new value, and repeating the edit changes nothing", () => {
  const value = fc.jsonValue({ maxDepth: 4 });
  const object = fc.dictionary(fc.string(), value, { maxKeys: 5 });
  const layout = fc.constantFrom(undefined, 1, 2, "\t");
  fc.assert(
    fc.property(object, layout, fc.string(), value, (before, space, key, next) => {
      const text = JSON.stringify(before, null, space);
      const edited = textOf(withValue(json(text), key, next));
      const wanted = new Map(Object.entries(JSON.parse(text))).set(
        key,
        JSON.parse(JSON.stringify(next)),
      );
      assert.deepEqual(new Map(Object.entries(JSON.parse(edited))), wanted);
      assert.equal(textOf(withValue(json(edited), key, next)), edited);
    }),
    { numRuns: 500 },
  );
});

Deno.test("mapStrings changes keys and strings, and withoutLayout distinguishes spellings of numbers", () => {
  const text = '{ "a": "a", "b": [ "a", 1.0 ] }';
  assert.equal(
    mapStrings(text, {
      key: (key) => key === "a" ? "x" : key,
      value: (value, path) => path.at(-1) === 0 ? value + "!" : value,
    }),
    '{ "x": "a", "b": [ "a!", 1.0 ] }',
  );
  assert.equal(withoutLayout('{ "a b" :\n1.0 }'), '{"a b":1.0}');
  assert.equal(withoutLayout('"\\u0041"'), '"A"');
});
