// The page's server before peers that do not behave, on real sockets and a clock that stands.

import assert from "node:assert/strict";
import { FakeTime } from "@std/testing/time";
import { MOST_CONNECTIONS } from "../../../lib/page/server/connections.ts";
import { DEADLINES } from "../../../lib/page/server/http.ts";
import { openServer, type ServerOptions } from "../../../lib/page/server/server.ts";
import { aLog, type LogOfTest } from "../../helpers/a_log.ts";
import { connectRaw, get, post } from "../../helpers/raw_http.ts";

interface ServerOfTest {
  readonly port: number;
  readonly log: LogOfTest;
  /** Resolves after everything that was sent before has reached the server. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

async function withServer(
  story: (server: ServerOfTest) => Promise<void>,
  options: Partial<ServerOptions> = {},
): Promise<void> {
  const log = aLog();
  const server = openServer({
    host: "127.0.0.1",
    port: 0,
    answer: echo,
    refuse: (status) => new Response("refused", { status, headers: { "x-refused": "yes" } }),
    sleep: () => Promise.resolve(),
    random: () => 0,
    elapsedMs: () => 0,
    log: log.log,
    ...options,
  });
  const port = server.address()?.port ?? 0;
  try {
    await story({
      port,
      log,
      close: server.close,
      async settled() {
        for (let trip = 0; trip < 3; trip += 1) {
          using peer = await connectRaw(port);
          await peer.send(get("/settled", "Connection: close"));
          await peer.untilClosed();
        }
      },
    });
  } finally {
    await server.close();
  }
}

async function echo(request: Request): Promise<Response> {
  const body = await request.text();
  return new Response(`<${request.method} ${new URL(request.url).pathname} ${body}>`);
}

Deno.test("a connection that sends nothing is closed after 10 s", () =>
  withServer(async ({ port, settled }) => {
    using time = new FakeTime();
    using peer = await connectRaw(port);
    await settled();
    time.tick(DEADLINES.headersMs);
    assert.equal(await peer.untilClosed(), "");
  }));

Deno.test("headers that come a byte at a time have 10 s in all", () =>
  withServer(async ({ port, settled }) => {
    using time = new FakeTime();
    using peer = await connectRaw(port);
    await peer.send("GET / HTTP/1.1\r\nX-Slow: ");
    await settled();
    time.tick(DEADLINES.headersMs - 1_000);
    await peer.send("a");
    await settled();
    time.tick(1_000);
    assert.equal(await peer.untilClosed(), "");
  }));

Deno.test("a further request's headers have 10 s from their first byte", () =>
  withServer(async ({ port, settled }) => {
    using time = new FakeTime();
    using peer = await connectRaw(port);
    await peer.send(get("/first"));
    await peer.until("<GET /first >");
    await settled();
    time.tick(DEADLINES.idleMs - 1);
    await peer.send("GET /sec");
    await settled();
    time.tick(DEADLINES.headersMs - 1);
    await peer.send("ond HTTP/1.1\r\nHost: bot.test\r\n\r\n");
    await peer.until("<GET /second >");
    await settled();
    time.tick(DEADLINES.idleMs - 1);
    await peer.send("GET");
    await settled();
    time.tick(DEADLINES.headersMs);
    await peer.untilClosed();
  }));

Deno.test("a connection that is kept without a request is closed after 30 s", () =>
  withServer(async ({ port, settled }) => {
    using time = new FakeTime();
    using peer = await connectRaw(port);
    await peer.send(get("/"));
    await peer.until("<GET / >");
    await settled();
    time.tick(DEADLINES.idleMs);
    await peer.untilClosed();
  }));

for (
  const [kind, head] of [
    ["announced", "Content-Length: 1000"],
    ["in chunks", "Transfer-Encoding: chunked"],
  ] as const
) {
  Deno.test(`a body ${kind} that does not arrive is given up after 30 s`, () =>
    withServer(async ({ port, settled }) => {
      using time = new FakeTime();
      using peer = await connectRaw(port);
      await peer.send(`POST / HTTP/1.1\r\nHost: bot.test\r\n${head}\r\n\r\n`);
      await settled();
      time.tick(DEADLINES.bodyMs - 1_000);
      await peer.send(kind === "announced" ? "a" : "1\r\na\r\n");
      await settled();
      time.tick(1_000);
      assert.equal(await peer.untilClosed(), "");
    }));
}

Deno.test("a request that is being answered has no deadline", async () => {
  const answers = Promise.withResolvers<void>();
  await withServer(async ({ port, settled }) => {
    using time = new FakeTime();
    using peer = await connectRaw(port);
    await peer.send(post("/", "a form"));
    await settled();
    time.tick(3_600_000);
    answers.resolve();
    await peer.until("<POST / a form>");
  }, {
    async answer(request) {
      if (request.method === "POST") await answers.promise;
      return await echo(request);
    },
  });
});

Deno.test("who does not read an answer is cut off, and the rest of it is not made", async () => {
  const stopped = Promise.withResolvers<void>();
  let made = 0;
  await withServer(async ({ port, settled }) => {
    using time = new FakeTime();
    using peer = await connectRaw(port);
    await peer.send(get("/endless"));
    for (let before = -1; before !== made;) { // The socket is full when no more is made.
      before = made;
      await settled();
    }
    time.tick(DEADLINES.writeMs);
    await stopped.promise;
  }, {
    answer(request) {
      if (!request.url.endsWith("/endless")) return echo(request);
      const body = new ReadableStream({
        pull(controller) {
          made += 1;
          controller.enqueue(new Uint8Array(256 * 1024));
        },
        cancel: () => stopped.resolve(),
      });
      return Promise.resolve(new Response(body));
    },
  });
});

Deno.test("an answer stops being made when its reader leaves", async () => {
  const stopped = Promise.withResolvers<void>();
  const aborted = Promise.withResolvers<void>();
  await withServer(async ({ port }) => {
    const peer = await connectRaw(port);
    await peer.send(get("/endless"));
    await peer.until("200 OK");
    peer[Symbol.dispose]();
    await Promise.all([stopped.promise, aborted.promise]);
  }, {
    answer(request) {
      request.signal.addEventListener("abort", () => aborted.resolve());
      const body = new ReadableStream({
        pull: (controller) => controller.enqueue(new Uint8Array(64 * 1024)),
        cancel: () => stopped.resolve(),
      });
      return Promise.resolve(new Response(body));
    },
  });
});

Deno.test("of 400 idle connections the newest are kept, and a request is answered among them", () =>
  withServer(async ({ port, log, settled }) => {
    const peers = [];
    for (let nth = 0; nth < 400; nth += 1) peers.push(await connectRaw(port));
    await settled();
    let closed = 0;
    for (const peer of peers.slice(0, 400 - MOST_CONNECTIONS)) {
      assert.equal(await peer.untilClosed(), "");
      closed += 1;
    }
    assert.equal(closed, 400 - MOST_CONNECTIONS);
    await peers.at(-1)?.send(get("/last"));
    await peers.at(-1)?.until("<GET /last >");
    for (const peer of peers) peer[Symbol.dispose]();
    assert.equal(log.lines.filter((line) => line.includes("лишние")).length, 1);
  }));

Deno.test("while every connection is being answered, further ones are closed at once", async () => {
  const answers = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  let requests = 0;
  await withServer(async ({ port }) => {
    const peers = [];
    for (let nth = 0; nth < MOST_CONNECTIONS; nth += 1) {
      const peer = await connectRaw(port);
      await peer.send(get("/"));
      peers.push(peer);
    }
    await asked.promise;
    using late = await connectRaw(port);
    assert.equal(await late.untilClosed(), "");
    answers.resolve();
    for (const peer of peers) {
      await peer.until("<GET / >");
      peer[Symbol.dispose]();
    }
  }, {
    async answer(request) {
      requests += 1;
      if (requests === MOST_CONNECTIONS) asked.resolve();
      await answers.promise;
      return await echo(request);
    },
  });
});

Deno.test("peers that do not read their answers make way for others", async () => {
  const chunk = new Uint8Array(256 * 1024);
  await withServer(async ({ port, settled }) => {
    const peers = [];
    for (let nth = 0; nth < MOST_CONNECTIONS; nth += 1) {
      const peer = await connectRaw(port);
      await peer.send(get("/endless"));
      peers.push(peer);
    }
    await settled();
    for (const peer of peers) peer[Symbol.dispose]();
  }, {
    answer(request) {
      if (!request.url.endsWith("/endless")) return echo(request);
      const body = new ReadableStream({ pull: (controller) => controller.enqueue(chunk) });
      return Promise.resolve(new Response(body));
    },
  });
});

const REFUSED: readonly (readonly [string, string, RegExp])[] = [
  ["a TLS greeting", "\x16\x03\x01\x02\r\n\r\n", /^HTTP\/1\.1 400 [^]*x-refused/],
  ["HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", /^HTTP\/1\.1 400 /],
  ["no Host", "GET / HTTP/1.1\r\n\r\n", /^HTTP\/1\.1 400 [^]*x-refused/],
  ["two Hosts", get("/", "Host: other.test"), /^HTTP\/1\.1 400 /],
  ["a Host with a user", "GET / HTTP/1.1\r\nHost: a@b\r\n\r\n", /^HTTP\/1\.1 400 /],
  ["two kinds of length", post("/", "0\r\n\r\n", "Transfer-Encoding: chunked"), /^HTTP\/1\.1 400 /],
  ["two lengths", post("/", "abc", "Content-Length: 4"), /^HTTP\/1\.1 400 /],
  ["a length below zero", get("/", "Content-Length: -1"), /^HTTP\/1\.1 400 /],
  ["headers of 100 KB", get("/", `X: ${"a".repeat(100_000)}`), /^HTTP\/1\.1 400 /],
  ["a NUL in the path", get("/\0"), /^HTTP\/1\.1 400 /],
  ["an unknown expectation", get("/", "Expect: tea"), /^HTTP\/1\.1 417 /],
  ["TRACE", "TRACE / HTTP/1.1\r\nHost: a\r\n\r\n", /^HTTP\/1\.1 405 /],
  ["OPTIONS *", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", /^HTTP\/1\.1 400 /],
  ["CONNECT", "CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n", /^$/],
  ["more requests at once than a browser sends", get("/").repeat(100), /^$/],
];

for (const [what, sent, answer] of REFUSED) {
  Deno.test(`${what} is refused, and the connection ends`, () =>
    withServer(async ({ port }) => {
      using peer = await connectRaw(port);
      await peer.send(sent);
      assert.match(await peer.untilClosed(), answer);
    }));
}

const TAKEN: readonly (readonly [string, string, string])[] = [
  ["Upgrade: h2c", get("/", "Connection: Upgrade", "Upgrade: h2c"), "<GET / >"],
  ["Upgrade: websocket", get("/", "Connection: Upgrade", "Upgrade: websocket"), "<GET / >"],
  ["Expect: 100-continue", post("/", "form", "Expect: 100-continue"), "<POST / form>"],
  ["the form of a proxy", get("http://other.test/a"), "<GET /a >"],
  ["HTTP/1.0", "GET / HTTP/1.0\r\n\r\n", "<GET / >"],
  ["a GET with a body", get("/", "Content-Length: 3") + "abc", "<GET / >"],
];

for (const [what, sent, answer] of TAKEN) {
  Deno.test(`${what} gets a plain answer over HTTP/1.1`, () =>
    withServer(async ({ port }) => {
      using peer = await connectRaw(port);
      await peer.send(sent);
      assert.match(await peer.until(answer), /^HTTP\/1\.1 (100 Continue\r\n\r\nHTTP\/1\.1 )?200 /);
    }));
}

Deno.test("requests that were sent at once are answered in their order", () =>
  withServer(async ({ port }) => {
    using peer = await connectRaw(port);
    await peer.send(get("/1") + post("/2", "two") + get("/3"));
    const text = await peer.until("<GET /3 >");
    assert.match(text, /<GET \/1 >[^]*<POST \/2 two>[^]*<GET \/3 >/);
  }));

Deno.test("who closes the sending half still gets the answer", () =>
  withServer(async ({ port }) => {
    using peer = await connectRaw(port);
    await peer.send(get("/"));
    await peer.endSending();
    assert.match(await peer.untilClosed(), /<GET \/ >/);
  }));

Deno.test("who closes the sending half in the middle of a body is left", () =>
  withServer(async ({ port }) => {
    using peer = await connectRaw(port);
    await peer.send(post("/", "whole") + post("/", "cut off").slice(0, -1));
    await peer.endSending();
    assert.doesNotMatch(await peer.untilClosed(), /cut of/);
  }));

Deno.test("a body that does not arrive behind other requests is given up after 30 s as well", async () => {
  const answers = Promise.withResolvers<void>();
  await withServer(async ({ port, settled }) => {
    using time = new FakeTime();
    using peer = await connectRaw(port);
    await peer.send(post("/slow", "whole") + post("/", "cut off").slice(0, -1));
    await settled();
    time.tick(DEADLINES.bodyMs);
    answers.resolve();
    assert.equal(await peer.untilClosed(), "");
  }, {
    async answer(request) {
      if (request.url.endsWith("/slow")) await answers.promise;
      return await echo(request);
    },
  });
});

Deno.test("who is refused while still sending reads why", () =>
  withServer(async ({ port }) => {
    using peer = await connectRaw(port);
    await peer.send(post("/", "x".repeat(2_000_000)));
    assert.match(await peer.untilClosed(), /^HTTP\/1\.1 413 [^]*too large/);
  }, {
    async answer(request) {
      await request.body?.cancel();
      return new Response("too large", { status: 413 });
    },
  }));

Deno.test("an accept that fails is tried again, with a line in the log", async () => {
  const sleeps: number[] = [];
  let failures = 5; // After the first the files in reserve make room.
  await withServer(async ({ port, log }) => {
    await until(async () => {
      using peer = await connectRaw(port);
      await peer.send(get("/"));
      await peer.until("<GET / >");
    });
    await log.line("Too many open files (os error 24). Пробуем снова");
    assert.deepEqual(sleeps, [800, 1_600, 3_200, 4_000]);
  }, {
    sleep(ms) {
      sleeps.push(ms);
      return Promise.resolve();
    },
    listen(where) {
      const { addr, accept, close } = listenOn(where);
      return {
        addr,
        close,
        async accept() {
          if (failures === 0) return await accept();
          failures -= 1;
          throw new Error("Too many open files (os error 24)");
        },
      };
    },
  });
});

Deno.test("a port that is taken at the start is taken when it is free", async () => {
  const other = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = other.addr;
  const freed = Promise.withResolvers<void>();
  await withServer(async ({ log }) => {
    await log.line("Страницу настроек не открыть");
    other.close();
    freed.resolve();
    const peer = await until(() => connectRaw(port));
    await peer.send(get("/"));
    await peer.until("<GET / >");
    peer[Symbol.dispose]();
    await log.line("Страница настроек открыта");
    assert.equal(log.lines.filter((line) => line.includes("⚠️")).length, 1);
  }, { port, sleep: () => freed.promise });
});

Deno.test("a port that is taken is an error where Telegram's updates come to it", async () => {
  using other = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const never = Promise.withResolvers<void>();
  await withServer(async ({ log }) => {
    await log.line("Без него не приходят обновления на WEBHOOK_URL");
    assert.match(log.lines[0] ?? "", /^❌ Не открыть .*: порт занят/);
    assert.equal(log.lines.some((line) => line.includes("Бот работает без неё")), false);
  }, { port: other.addr.port, takesUpdates: true, sleep: () => never.promise });
});

Deno.test("at the end what is answered has a second, and what waits is closed at once", async () => {
  const asked = Promise.withResolvers<void>();
  await withServer(async ({ port, close, settled }) => {
    using time = new FakeTime();
    using idle = await connectRaw(port);
    using busy = await connectRaw(port);
    await busy.send(get("/never"));
    await asked.promise;
    await settled();
    const closed = close();
    await idle.untilClosed();
    time.tick(1_000);
    await closed;
    assert.equal(await busy.untilClosed(), "");
  }, {
    answer(request) {
      if (!request.url.endsWith("/never")) return echo(request);
      asked.resolve();
      return new Promise(() => {});
    },
  });
});

function listenOn(where: { hostname: string; port: number }) {
  const listener = Deno.listen(where);
  return {
    addr: listener.addr,
    accept: () => listener.accept(),
    close: () => listener.close(),
  };
}

/** The first success; each try is one round of the event loop. */
async function until<T>(attempt: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await attempt();
    } catch {
      await new Promise((resolve) => void setImmediate(resolve));
    }
  }
}
