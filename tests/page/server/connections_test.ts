// Which connections are kept when more come than may be open, and what is loaded when files run out.

import assert from "node:assert/strict";
import { runScript } from "../../helpers/deno.ts";
import {
  type Connections,
  createConnections,
  LOWERED_FOR_MS,
  MOST_CONNECTIONS,
} from "../../../lib/page/server/connections.ts";
import { createReserve, loadOnce } from "../../../lib/page/server/open_files.ts";

interface PeerOfTest {
  readonly address: string;
  isServed: boolean;
  isOpen: boolean;
  destroy(): void;
}

function aPeer(address: string, isServed = false): PeerOfTest {
  return {
    address,
    isServed,
    isOpen: true,
    destroy() {
      this.isOpen = false;
    },
  };
}

function admitMany(
  connections: Connections<PeerOfTest>,
  count: number,
  address: string,
  isServed = false,
): PeerOfTest[] {
  return Array.from({ length: count }, () => {
    const peer = aPeer(address, isServed);
    assert.equal(connections.admit(peer), true);
    return peer;
  });
}

function aCrowd() {
  const clock = { nowMs: 0 };
  let crowds = 0;
  const connections = createConnections<PeerOfTest>(() => clock.nowMs, () => crowds += 1);
  return { connections, clock, crowds: () => crowds };
}

Deno.test("a peer that opens many connections takes them from itself", () => {
  const { connections } = aCrowd();
  const manager = admitMany(connections, 6, "198.51.100.1");
  const flood = admitMany(connections, 1_000, "192.0.2.7");
  assert.equal(manager.every(({ isOpen }) => isOpen), true);
  assert.equal(flood.filter(({ isOpen }) => isOpen).length, MOST_CONNECTIONS - 6);
  assert.equal(flood.slice(0, 6 - MOST_CONNECTIONS).some(({ isOpen }) => isOpen), false);
  admitMany(connections, 1, "203.0.113.1");
  assert.equal(manager.every(({ isOpen }) => isOpen), true);
});

Deno.test("where all have one address, as behind a proxy, those who are served stay", () => {
  const { connections } = aCrowd();
  const served = admitMany(connections, 20, "127.0.0.1", true);
  admitMany(connections, 500, "127.0.0.1");
  assert.equal(served.every(({ isOpen }) => isOpen), true);
});

Deno.test("who begins to wait anew makes way after those who wait already", () => {
  const { connections } = aCrowd();
  const [first, second] = admitMany(connections, MOST_CONNECTIONS, "192.0.2.7");
  connections.waits(first!);
  admitMany(connections, 1, "192.0.2.7");
  assert.deepEqual([first!.isOpen, second!.isOpen], [true, false]);
});

Deno.test("while all that are open are served nothing is admitted, until one leaves", () => {
  const { connections, crowds } = aCrowd();
  const [first] = admitMany(connections, MOST_CONNECTIONS, "192.0.2.7", true);
  assert.equal(crowds(), 0);
  assert.equal(connections.admit(aPeer("198.51.100.1")), false);
  assert.equal(crowds(), 1);
  connections.leave(first!);
  assert.equal(connections.admit(aPeer("198.51.100.1")), true);
});

Deno.test("when files run out half of those who wait are closed, and for a minute no more are kept", () => {
  const { connections, clock } = aCrowd();
  admitMany(connections, 40, "192.0.2.7");
  connections.shed();
  assert.equal(connections.all().length, 20);
  admitMany(connections, 40, "192.0.2.7");
  assert.equal(connections.all().length, 20);
  for (let times = 0; times < 5; times += 1) connections.shed();
  assert.equal(connections.all().length, 8); // Fewer would be no page.
  clock.nowMs = LOWERED_FOR_MS;
  admitMany(connections, 200, "192.0.2.7");
  assert.equal(connections.all().length, MOST_CONNECTIONS);
});

Deno.test("what is loaded is loaded once, and tried again after a failure", async () => {
  let tries = 0;
  const load = loadOnce(4, () => {
    tries += 1;
    return tries === 1 ? Promise.reject(new Error("no file")) : Promise.resolve(tries);
  });
  await assert.rejects(load(), /no file/);
  assert.deepEqual(await Promise.all([load(), load()]), [2, 2]);
  assert.equal(await load(), 2);
});

/** In a process of its own: tests that run beside it need their files. */
Deno.test("where too few files can be opened, some are closed; where that is not enough, nothing is loaded", async () => {
  const script = `
    import { loadOnce } from "${
    new URL("../../../lib/page/server/open_files.ts", import.meta.url).href
  }";
    const said = [];
    const load = loadOnce(200, async () => said.push("loaded"), () => said.push("made room"));
    await load().catch((error) => said.push(error.message));
    console.log(said.join("; "));
  `;
  const { stdout } = await runScript(script, { openFiles: 64 });
  assert.match(stdout, /^made room; Too many open files/);
});

Deno.test("a reserve is released once, and can be held again", () => {
  const reserve = createReserve(3);
  assert.equal(reserve.release(), false);
  reserve.hold();
  reserve.hold();
  assert.equal(reserve.release(), true);
  assert.equal(reserve.release(), false);
});
