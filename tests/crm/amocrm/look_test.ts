import assert from "node:assert/strict";
import { FakeTime } from "@std/testing/time";
import { createAmoCrmLook, type LookAt } from "../../../lib/crm/amocrm/look.ts";
import { amoToken, startAmoCrm } from "../../../lib/simulator/crm/amocrm.ts";
import { aLog } from "../../helpers/a_log.ts";

const ACCOUNT = "monster.amocrm.ru";
const TOKEN = amoToken({ expiresAtS: 4_102_444_800 });

/** A look whose calls go to `root`, one after another. */
function lookAt(
  root: string,
  turns: string[] = [],
  come: () => Promise<void> = () => Promise.resolve(),
) {
  const it = aLog();
  const look = createAmoCrmLook({
    root,
    async turn(account, call) {
      turns.push(account);
      await come();
      return await call();
    },
    log: it.log,
    mask: it.mask,
    lookup: () => Promise.resolve(["127.0.0.1"]),
  });
  const never = new AbortController().signal;
  return { look: (at: LookAt) => look(at, never), lines: it.lines, mask: it.mask };
}

Deno.test("a look names the account, pipelines, statuses and users, in turn, and creates nothing", async () => {
  await using amo = await startAmoCrm({ token: TOKEN });
  const turns: string[] = [];
  const { look, lines, mask } = lookAt(amo.root, turns);
  const found = await look({ account: ACCOUNT, token: TOKEN });
  assert.ok(found.kind === "ok");
  assert.equal(found.account, "MONSTER");
  assert.deepEqual(found.users.map(({ id }) => id), amo.users.map(({ id }) => id));
  assert.deepEqual(found.pipelines.map(({ name }) => name), amo.pipelines.map(({ name }) => name));
  assert.deepEqual(turns, [ACCOUNT, ACCOUNT, ACCOUNT]);
  for (let left = 3; left > 0; left -= 1) {
    assert.equal((await amo.nextRequest()).method, "GET");
  }
  assert.ok(lines.some((line) => line.includes("Проверка AmoCRM")));
  assert.ok(lines.every((line) => !line.includes(TOKEN)));
  assert.equal(mask.apply(`${TOKEN} ${TOKEN.split(".")[1]}`), "*** ***");
});

Deno.test("empty lists are no fault", async () => {
  await using amo = await startAmoCrm({ token: TOKEN });
  amo.pipelines = [];
  amo.users = [];
  const found = await lookAt(amo.root).look({ account: ACCOUNT, token: TOKEN });
  assert.deepEqual(found, { kind: "ok", account: "MONSTER", pipelines: [], users: [] });
});

Deno.test("every refusal of amoCRM has its word", async () => {
  await using amo = await startAmoCrm({ token: TOKEN });
  const { look } = lookAt(amo.root);
  const faultOf = async (at: Partial<LookAt> = {}) => {
    const found = await look({ account: ACCOUNT, token: TOKEN, ...at });
    return found.kind === "fault" ? found.fault : found.kind;
  };
  assert.equal(await faultOf({ token: amoToken({ expiresAtS: 1 }) }), "unauthorized");
  assert.equal(await faultOf({ account: "nobody.amocrm.ru" }), "missing");
  assert.equal(await faultOf({ account: "crm.example.ru/../x" }), "no_account");
  assert.equal(await faultOf({ token: "no token" }), "no_token");
  for (const [status, fault] of [[402, "unpaid"], [403, "forbidden"], [429, "rate"]] as const) {
    amo.behave({ kind: "answer", status });
    assert.equal(await faultOf(), fault);
  }
  amo.behave({ kind: "answer", status: 502, body: "<html>" });
  assert.equal(await faultOf(), "broken");
  amo.behave({ kind: "answer", status: 200, body: "<html>" });
  assert.equal(await faultOf(), "odd");
  amo.behave({ kind: "answer", status: 302, headers: { location: "/elsewhere" } });
  assert.equal(await faultOf(), "odd");
  amo.behave({ kind: "answer", status: 200, body: `"${"x".repeat(3 * 1024 * 1024)}"` });
  assert.equal(await faultOf(), "odd");
  await amo.down();
  assert.equal(await faultOf(), "unreachable");
});

Deno.test("a token that may not list users still finds the pipelines", async () => {
  await using amo = await startAmoCrm({ token: TOKEN });
  amo.behave(({ path }) => path === "users" ? { kind: "answer", status: 403 } : undefined);
  const found = await lookAt(amo.root).look({ account: ACCOUNT, token: TOKEN });
  assert.ok(found.kind === "ok");
  assert.deepEqual([found.users.length, found.pipelines.length > 0], [0, true]);
});

Deno.test("an amoCRM that is silent for 10 s is a timeout", async () => {
  await using amo = await startAmoCrm({ token: TOKEN });
  const answered = Promise.withResolvers<void>();
  amo.behave({ kind: "slow", until: answered.promise });
  using time = new FakeTime();
  const looking = lookAt(amo.root).look({ account: ACCOUNT, token: TOKEN });
  await amo.nextRequest();
  time.tick(9_999);
  time.tick(1);
  assert.deepEqual(await looking, { kind: "fault", fault: "timeout" });
  answered.resolve();
});

Deno.test("a look that waits 15 s for its turn ends as one to be tried later, and sends nothing when the turn comes", async () => {
  await using amo = await startAmoCrm({ token: TOKEN });
  const come = Promise.withResolvers<void>();
  using time = new FakeTime();
  let isOver = false;
  const looking = lookAt(amo.root, [], () => come.promise).look({ account: ACCOUNT, token: TOKEN })
    .finally(() => isOver = true);
  await time.tickAsync(14_999);
  assert.equal(isOver, false);
  await time.tickAsync(1);
  assert.deepEqual(await looking, { kind: "fault", fault: "rate" });
  come.resolve();
  await time.runMicrotasks();
  assert.equal(amo.requestCount, 0);
});
