// Servers that are not Telegram, and updates of unknown shapes: the bot goes on and handles what it can.

import assert from "node:assert/strict";
import { type BotProcess, startBotProcess } from "../helpers/bot_process.ts";
import { TOKEN, withWorld, type World } from "../helpers/world.ts";
import { galliard, greet, wordsOf } from "../helpers/visits.ts";

/** Undefined where the call is held until the bot leaves. */
type Answer = (params: Record<string, unknown>) => Response | undefined;

interface Strange {
  readonly bot: BotProcess;
  /** The calls so far, by method. */
  readonly calls: { readonly method: string; readonly params: Record<string, unknown> }[];
  /** Resolves when so many calls of a method have come. */
  called(method: string, times?: number): Promise<Record<string, unknown>>;
}

const ok = (result: unknown) => Response.json({ ok: true, result });
const ME = { id: 987654321, is_bot: true, first_name: "Triborg", username: "triborg_demo_bot" };

/** Starts the bot against a server of the test's own; methods that are not given succeed. */
async function withStrange(
  answers: Readonly<Record<string, Answer>>,
  run: (strange: Strange) => Promise<void>,
): Promise<void> {
  const calls: Strange["calls"] = [];
  const waiting = new Set<() => void>();
  const over = Promise.withResolvers<void>();
  const serve = { hostname: "127.0.0.1", port: 0, onListen() {} };
  await using server = Deno.serve(serve, async (request) => {
    const method = new URL(request.url).pathname.split("/").at(-1) ?? "";
    const params = await request.json();
    calls.push({ method, params });
    for (const look of waiting) look();
    const answer = answers[method];
    if (answer !== undefined) return answer(params) ?? await over.promise.then(() => ok([]));
    return ok(method === "getMe" ? ME : { message_id: 1, chat: { id: 1, type: "private" } });
  });
  const folder = await Deno.makeTempDir({ prefix: "triborg-" });
  const bot = await startBotProcess({
    BOT_TOKEN: TOKEN,
    ADMIN_CHAT_ID: "-1001",
    TELEGRAM_API_ROOT: `http://127.0.0.1:${server.addr.port}`,
    DATA_DIR: folder,
    PORT: "0",
  });
  try {
    await run({
      bot,
      calls,
      called: (method, times = 1) =>
        new Promise((resolve, reject) => {
          const failsafe = setTimeout(
            () => reject(new Error(`No ${method}. The log:\n${bot.lines.join("\n")}`)),
            60_000,
          );
          const look = () => {
            const found = calls.filter((call) => call.method === method)[times - 1];
            if (found === undefined) return;
            clearTimeout(failsafe);
            waiting.delete(look);
            resolve(found.params);
          };
          waiting.add(look);
          look();
        }),
    });
    assert.ok(!bot.lines.join("\n").includes("AAF0"));
  } finally {
    await bot.kill();
    over.resolve();
    await Deno.remove(folder, { recursive: true });
  }
}

const user = { id: 5, is_bot: false, first_name: "Galliard" };
const chat = { id: 5, type: "private", first_name: "Galliard" };
const start = (message_id: number, id = 5) => ({
  message_id,
  date: 1,
  chat: { ...chat, id },
  from: { ...user, id },
  text: "/start agency",
  entities: [{ type: "bot_command", offset: 0, length: 6 }],
});

Deno.test("updates of shapes never seen are put aside with a line each, and visitors among them are answered", async () => {
  const strange: readonly unknown[] = [
    { message: start(1, 11) },
    { update_id: "x", message: start(1, 12) },
    { update_id: 2 ** 60, message: start(1, 13) },
    null,
    [],
    { update_id: 100, message: { ...start(1, 14), chat: undefined } },
    { update_id: 101, message: { ...start(1, 15), chat: { ...chat, id: "15" } } },
    { update_id: 104, callback_query: { id: "1", data: "x" } },
    { update_id: 105, callback_query: { id: "1", from: { ...user, id: 2 ** 53 }, data: "x" } },
    { update_id: 106, message: { ...start(1, 18), message_id: 1.5 } },
  ];
  const good = [
    { update_id: 102, message: { ...start(1, 16), from: null } },
    { update_id: 103, message: { ...start(1, 17), text: 5 } },
    { update_id: 107, message: { ...start(2, 21), entities: "garbage" } },
    { update_id: 108, message: start(3, 22) },
    { update_id: 108, message: start(3, 22) },
  ];
  let polls = 0;
  await withStrange({
    getUpdates({ offset }) {
      polls++;
      return offset === 109 ? undefined : ok([...strange, ...good]);
    },
  }, async ({ bot, called, calls }) => {
    await called("sendMessage", 4);
    await bot.line("Обновление 108 не разобрать, оно пропущено: update_id повторяется");
    assert.deepEqual(
      calls.filter(({ method }) => method === "sendMessage").map(({ params }) => params["chat_id"])
        .toSorted(),
      [16, 17, 21, 22],
    );
    const aside = bot.lines.filter((line) => line.includes("не разобрать, оно пропущено"));
    assert.equal(aside.length, strange.length + 1, aside.join("\n"));
    await called("getUpdates", 2);
    assert.equal(polls, 2);
  });
});

Deno.test("a login page before Telegram is no refused token: the bot stays, and works when it is gone", async () => {
  let polls = 0;
  await withStrange({
    getUpdates({ offset }) {
      polls++;
      if (polls <= 2) {
        return new Response("{}", { status: 302, headers: { location: "/login" } });
      }
      if (polls === 3) return Response.json({ message: "Unauthorized" }, { status: 401 });
      return offset === 0 ? ok([{ update_id: 7, message: start(1) }]) : undefined;
    },
  }, async ({ bot, called, calls }) => {
    await bot.line("нет связи с Telegram (перенаправление 302)");
    await called("sendMessage");
    assert.ok(!calls.some(({ method }) => method === "login"));
  });
});

Deno.test("a photo and a text that Telegram takes without an answer are the only greetings of a /start", () =>
  withWorld(async (world) => {
    const mend = world.telegram.fault({ method: /^send/, fault: { kind: "reset_after" } });
    const visitor = galliard(world);
    visitor.start("agency");
    await world.bot.line("❌ На обновление");
    mend();
    // What was said before it is over: another's greeting comes, and no third of the first's.
    await greet(world.telegram.user({ first_name: "Next", username: "next" }));
    assert.deepEqual(greetingsOf(world, visitor.id), ["photo", "text"]);
  }, {
    locales: (locales) => locales.agency.step1.photo_url = "https://example.com/agency.jpg",
  }));

Deno.test("a menu that Telegram takes without an answer is sent twice at most", () =>
  withWorld(async (world) => {
    const mend = world.telegram.fault({ method: /^send/, fault: { kind: "reset_after" } });
    const visitor = galliard(world);
    visitor.say("Привет");
    await world.bot.line("❌ На обновление");
    mend();
    await greet(world.telegram.user({ first_name: "Next", username: "next" }));
    assert.deepEqual(greetingsOf(world, visitor.id), ["text", "text"]);
  }));

function greetingsOf({ telegram }: World, chatId: number): string[] {
  const messages = telegram.chats.find(({ chat }) => chat.id === chatId)?.messages ?? [];
  return messages.filter(({ from }) => from.is_bot).map((each) =>
    each.photo === undefined ? "text" : "photo"
  );
}

Deno.test("a 429 of a day on a card fails it at once: said in the log, by /health and in the second chat, and asked again in 5 minutes", () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const PORT = String(listener.addr.port);
  listener.close();
  return withWorld(async (world) => {
    await world.crm.down();
    const alert = world.telegram.group({ title: "Запасной чат" });
    await world.restart({ ALERT_CHAT_ID: String(alert.id), PORT });
    await world.telegram.untilPolled();
    world.telegram.fault({
      chatId: world.admin.id,
      method: "sendMessage",
      fault: {
        kind: "error",
        error_code: 429,
        description: "Too Many Requests: retry after 86400",
        parameters: { retry_after: 86_400 },
      },
    });
    const visitors = ["one", "two"].map((username) =>
      world.telegram.user({ first_name: username, username })
    );
    for (const visitor of visitors) {
      const menu = await greet(visitor);
      visitor.press(menu, "Привлечь клиентов");
      await visitor.chat.waitFor((each) => wordsOf(each).startsWith("✅ Принято"));
      assert.match(wordsOf(await alert.chat.nextMessage()), /@(one|two)\n/);
    }
    await world.bot.line("просит ждать 86400 с, ждём 300 с");
    const response = await fetch(`http://127.0.0.1:${PORT}/health`);
    assert.equal(response.status, 503);
    const { reasons } = await response.json();
    assert.ok(reasons.includes("admin_chat") && reasons.includes("undelivered"), String(reasons));
    const asked = world.telegram.calls.filter(({ chatId, method }) =>
      chatId === world.admin.id && method === "sendMessage"
    );
    assert.equal(asked.length, 1);
  }, { asleep: true });
});
