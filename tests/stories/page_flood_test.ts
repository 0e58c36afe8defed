// The running bot while its page is flooded: leads go on, and the page is back when the flood is over.

import assert from "node:assert/strict";
import { freePort } from "../helpers/free_port.ts";
import { withWorld, type WorldOptions } from "../helpers/world.ts";
import { connectRaw, get, post, type RawPeer } from "../helpers/raw_http.ts";
import { CHOICE, CONFIRMATION } from "../helpers/shipped_texts.ts";
import { becomeLead, galliard, greet, wordsOf } from "../helpers/visits.ts";

/** How soon the page has to answer when a flood is over, in ms. */
const BACK_WITHIN_MS = 5_000;

for (
  const [what, openFiles, connections] of [
    ["1,100 idle connections under a limit of 1,024 open files", 1024, 1_100],
    ["300 idle connections under a limit of 96 open files", 96, 300],
  ] as const
) {
  Deno.test(`${what} stop neither leads nor, for longer than they last, the page`, () => {
    const port = freePort();
    return withWorld(async (world) => {
      const flood = await connectMany(port, connections);
      await becomeLead(galliard(world));
      await world.crm.nextLead();
      await world.crm.down();
      await becomeLead(world.telegram.user({ first_name: "Card", username: "card" }));
      assert.match(wordsOf(await world.admin.chat.nextMessage()), /@card/);
      for (const peer of flood) peer[Symbol.dispose]();
      const signal = AbortSignal.timeout(BACK_WITHIN_MS);
      assert.deepEqual((await (await ask(port, "/health", signal)).json()).reasons, []);
      assert.deepEqual(world.bot.lines.filter((line) => /uncaught|unhandled/i.test(line)), []);
      assert.equal(await world.bot.stop(), 0);
    }, onPort(port, { openFiles }));
  });
}

Deno.test("while 1,100 idle connections stay, /health is answered all the same", () => {
  const port = freePort();
  return withWorld(async (world) => {
    const flood = await connectMany(port, 1_100);
    const response = await ask(port, "/health", AbortSignal.timeout(BACK_WITHIN_MS));
    assert.equal((await response.json()).ok, true);
    for (const peer of flood) peer[Symbol.dispose]();
    assert.equal(await world.bot.stop(), 0);
  }, onPort(port, { openFiles: 1024 }));
});

Deno.test("with 64 open files, a CRM that hangs and many who ask for /health, every lead becomes a card", () => {
  const port = freePort();
  return withWorld(async (world) => {
    world.crm.behave({ kind: "silent" });
    const visitors = Array.from(
      { length: 18 },
      (_, nth) => world.telegram.user({ first_name: "Visitor", username: `visitor_${nth}` }),
    );
    const menus = await Promise.all(visitors.map((visitor) => greet(visitor)));
    for (const [nth, visitor] of visitors.entries()) visitor.press(menus[nth]!, CHOICE);
    const signal = AbortSignal.timeout(20_000);
    for (let round = 0; round < 10; round += 1) {
      await Promise.all(Array.from({ length: 4 }, async () => {
        const response = await ask(port, "/health", signal);
        assert.equal(typeof (await response.json()).ok, "boolean");
      }));
    }
    for (const { chat } of visitors) await chat.waitFor((each) => wordsOf(each) === CONFIRMATION);
    const cards = new Set<string>();
    while (cards.size < visitors.length) {
      const text = wordsOf(await world.admin.chat.nextMessage());
      for (const [name] of text.matchAll(/@visitor_\d+/g)) cards.add(name);
    }
    assert.deepEqual(world.bot.lines.filter((line) => /uncaught|unhandled/i.test(line)), []);
    assert.equal(await world.bot.stop(), 0);
  }, onPort(port, { openFiles: 64, telegram: { limits: "off" } }));
});

Deno.test("with 64 open files, a crowd of presses and of readers leaves the journal and the page what they need", () => {
  const port = freePort();
  return withWorld(async (world) => {
    world.crm.behave({ kind: "silent" });
    const visitors = Array.from(
      { length: 40 },
      (_, nth) => world.telegram.user({ first_name: "Visitor", username: `crowd_${nth}` }),
    );
    const menus = await Promise.all(visitors.map((visitor) => greet(visitor)));
    const flood = await connectMany(port, 100);
    for (const [nth, visitor] of visitors.entries()) visitor.press(menus[nth]!, CHOICE);
    for (const { chat } of visitors) await chat.waitFor((each) => wordsOf(each) === CONFIRMATION);
    await world.bot.line("Fallback");
    for (const peer of flood) peer[Symbol.dispose]();
    const signal = AbortSignal.timeout(BACK_WITHIN_MS);
    assert.equal((await (await ask(port, "/health", signal)).json()).database.writable, true);
    for (;;) {
      const page = await ask(port, "/login", signal);
      await page.body?.cancel();
      if (page.status === 200) break;
    }
    assert.equal(await world.bot.stop(), 0);
  }, onPort(port, { openFiles: 64, telegram: { limits: "off" } }));
});

Deno.test("connections with half a header, half a body or no reader hold up neither a stop nor a lead", () => {
  const port = freePort();
  return withWorld(async (world) => {
    const peers = await connectMany(port, 60);
    const beginnings = [
      "GET / HTTP/1.1\r\nX-",
      post("/login", "token=").slice(0, -2),
      get("/login"),
    ];
    for (const [nth, peer] of peers.entries()) await peer.send(beginnings[nth % 3]!);
    await becomeLead(galliard(world));
    await world.crm.nextLead();
    assert.equal(await world.bot.stop(), 0);
    for (const peer of peers) peer[Symbol.dispose]();
  }, onPort(port));
});

function onPort(port: number, options: WorldOptions = {}): WorldOptions {
  return { ...options, env: { PORT: String(port), ...options.env } };
}

async function connectMany(port: number, count: number): Promise<RawPeer[]> {
  const peers: RawPeer[] = [];
  for (let nth = 0; nth < count; nth += 1) peers.push(await connectRaw(port));
  return peers;
}

/** Asks again while the connection is refused or cut off, until `signal`. */
async function ask(port: number, path: string, signal: AbortSignal): Promise<Response> {
  for (;;) {
    try {
      return await fetch(`http://127.0.0.1:${port}${path}`, {
        signal,
        headers: { connection: "close" },
      });
    } catch (error) {
      if (signal.aborted) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
