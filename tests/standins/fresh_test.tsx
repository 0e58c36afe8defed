import assert from "node:assert/strict";
import { App, type Context, createDefine, HttpError, type Middleware } from "fresh";
import { h } from "preact";

// Imported by its bare name, so that the same tests run on the stand-in and on Fresh itself.

interface State {
  trail: string[];
}

Deno.test("a route answers GET and POST each with its own handler", async () => {
  const app = new App<State>()
    .get("/login", (ctx) => ctx.text("form"))
    .post("/login", async (ctx) => ctx.text(`sent ${await ctx.req.text()}`));

  assert.equal(await bodyOf(app, "/login"), "form");
  assert.equal(await bodyOf(app, "/login", { method: "POST", body: "a=1" }), "sent a=1");
});

Deno.test("the handlers of a route run in order and share ctx.state, which is new for each request", async () => {
  const app = new App<State>().use(leave("outer"))
    .get("/", leave("inner"), (ctx) => Response.json(ctx.state.trail));

  assert.equal(await bodyOf(app, "/"), '["outer","inner"]');
  assert.equal(await bodyOf(app, "/"), '["outer","inner"]');
});

Deno.test("a middleware may change the response of what it wraps, or answer in its place", async () => {
  const app = new App<State>()
    .use(mark("x-seen"))
    .use((ctx) => ctx.url.searchParams.has("stop") ? ctx.text("stopped") : ctx.next())
    .get("/", (ctx) => ctx.text("page"));

  const page = await ask(app, "/");
  assert.equal(page.headers.get("x-seen"), "yes");
  assert.equal(await page.text(), "page");
  assert.equal(await bodyOf(app, "/?stop=1"), "stopped");
});

Deno.test("use covers only the routes registered after it", async () => {
  const app = new App<State>()
    .get("/before", (ctx) => ctx.text("ok"))
    .use(mark("x-seen"))
    .get("/after", (ctx) => ctx.text("ok"));

  assert.equal((await ask(app, "/before")).headers.get("x-seen"), null);
  assert.equal((await ask(app, "/after")).headers.get("x-seen"), "yes");
});

Deno.test("onError covers only the routes registered after it, and gets the error as ctx.error", async () => {
  using errors = quietErrors();
  const failure = new Error("disk full");
  const fail = () => {
    throw failure;
  };
  let seen: unknown;
  const app = new App<State>()
    .get("/before", fail)
    .onError("*", (ctx) => {
      seen = ctx.error;
      return ctx.text("sorry", { status: 500 });
    })
    .get("/after", fail);

  assert.equal(await bodyOf(app, "/after"), "sorry");
  assert.equal(seen, failure);
  assert.equal(errors.calls.length, 0);
  assert.equal(await bodyOf(app, "/before"), "Internal server error");
});

Deno.test("onError answers outside the middlewares: they see the throw, not its response", async () => {
  const app = new App<State>()
    .onError("*", (ctx) => ctx.text("sorry", { status: 500 }))
    .use(mark("x-seen"))
    .get("/", () => {
      throw new HttpError(403);
    });

  const response = await ask(app, "/");
  assert.equal(await response.text(), "sorry");
  assert.equal(response.headers.get("x-seen"), null);
});

Deno.test("notFound may be registered anywhere and answers unmatched paths as well as a thrown 404", async () => {
  const app = new App<State>()
    .onError("*", (ctx) => ctx.text("sorry"))
    .get("/", () => {
      throw new HttpError(404);
    })
    .get("/forbidden", () => {
      throw new HttpError(403);
    })
    .notFound((ctx) => ctx.text(`no ${ctx.url.pathname}`, { status: 404 }));

  const unmatched = await ask(app, "/nowhere");
  assert.equal(unmatched.status, 404);
  assert.equal(await unmatched.text(), "no /nowhere");
  assert.equal(await bodyOf(app, "/"), "no /");
  assert.equal(await bodyOf(app, "/forbidden"), "sorry");
});

Deno.test("a thrown 404 reaches onError where there is no notFound", async () => {
  const app = new App<State>().onError("*", (ctx) => ctx.text("sorry", { status: 404 }))
    .get("/", () => {
      throw new HttpError(404);
    });

  assert.equal(await bodyOf(app, "/"), "sorry");
  assert.equal(await bodyOf(app, "/nowhere"), "sorry");
});

Deno.test("notFound answers outside the middlewares for an unmatched path, inside them for a route below the root", async () => {
  const app = new App<State>()
    .use(mark("x-seen"))
    .get("/leads/:id", () => {
      throw new HttpError(404);
    })
    .notFound((ctx) => ctx.text("no", { status: 404 }));

  assert.equal((await ask(app, "/nowhere")).headers.get("x-seen"), null);
  assert.equal((await ask(app, "/leads/7")).headers.get("x-seen"), "yes");
});

Deno.test("an unmatched path is 404 in plain text, after the middlewares ran", async () => {
  const trail: string[] = [];
  const app = new App<State>().use((ctx) => {
    trail.push(ctx.url.pathname);
    return ctx.next();
  });

  const response = await ask(app, "/nowhere");
  assert.equal(response.status, 404);
  assert.equal(response.headers.get("content-type"), "text/plain;charset=UTF-8");
  assert.equal(await response.text(), "Not Found");
  assert.deepEqual(trail, ["/nowhere"]);
});

Deno.test("an unmatched method on a known path is 405", async () => {
  const app = new App<State>().get("/", (ctx) => ctx.text("ok"));

  const response = await ask(app, "/", { method: "POST" });
  assert.equal(response.status, 405);
  assert.equal(await response.text(), "Method Not Allowed");
});

Deno.test("a 405 reaches onError as an HttpError", async () => {
  const app = new App<State>()
    .use(leave("through"))
    .onError("*", (ctx) => Response.json([ctx.error instanceof HttpError && ctx.error.status]))
    .get("/", (ctx) => ctx.text("ok"));

  assert.equal(await bodyOf(app, "/", { method: "DELETE" }), "[405]");
});

Deno.test("a path that only POST has is 405 for reading, and so is a pattern's longer neighbour", async () => {
  const app = new App<State>()
    .get("/profiles/:key", (ctx) => ctx.text(ctx.params["key"] ?? ""))
    .post("/profiles/:key/resume", (ctx) => ctx.text(`resumed ${ctx.params["key"]}`))
    .post("/undo", (ctx) => ctx.text("undone"));

  assert.equal(await bodyOf(app, "/profiles/cg/resume", { method: "POST" }), "resumed cg");
  for (const path of ["/profiles/cg/resume", "/undo"]) {
    assert.equal((await ask(app, path)).status, 405, path);
    assert.equal((await ask(app, path, { method: "HEAD" })).status, 405, path);
    const options = await ask(app, path, { method: "OPTIONS" });
    assert.equal(options.headers.get("allow"), "POST");
  }
  assert.equal((await ask(app, "/profiles/cg/other", { method: "POST" })).status, 404);
});

Deno.test("a body is the handler's to read in portions, or to refuse before it is all there", async () => {
  const app = new App<State>()
    .onError("*", (ctx) => ctx.text(ctx.error instanceof HttpError ? "refused" : "broken"))
    .post("/read", async (ctx) => {
      const lengths: number[] = [];
      for await (const { length } of ctx.req.body ?? []) lengths.push(length);
      return Response.json(lengths);
    })
    .post("/refuse", async (ctx) => {
      await ctx.req.body?.cancel("enough");
      throw new HttpError(413);
    });
  const post = (path: string, body: ReadableStream<Uint8Array<ArrayBuffer>>) =>
    bodyOf(app, path, { method: "POST", body });

  assert.equal(
    await post("/read", ReadableStream.from([new Uint8Array(3), new Uint8Array(5)])),
    "[3,5]",
  );
  let reason: unknown;
  let left = 2000;
  const long = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull: (stream) => left-- > 0 ? stream.enqueue(new Uint8Array(1024)) : stream.close(),
    cancel: (why) => void (reason = why),
  });
  assert.equal(await post("/refuse", long), "refused");
  assert.equal(reason, "enough");
});

Deno.test("bytes are answered as they are, and HEAD keeps their headers", async () => {
  const bytes = new Uint8Array([0xff, 0xd8, 0x00, 0x0d, 0x0a]);
  const headers = { "content-type": "image/jpeg", "content-length": "5", etag: '"5"' };
  const app = new App<State>().get("/media/:name", () => new Response(bytes, { headers }));

  const photo = await ask(app, "/media/1.jpg");
  assert.deepEqual(await photo.bytes(), bytes);
  const head = await ask(app, "/media/1.jpg", { method: "HEAD" });
  assert.equal(head.body, null);
  for (const { headers } of [photo, head]) {
    assert.equal(headers.get("content-type"), "image/jpeg");
    assert.equal(headers.get("content-length"), "5");
    assert.equal(headers.get("etag"), '"5"');
  }
});

Deno.test("requests that wait in a middleware keep their own state and parameters", async () => {
  const waiting: PromiseWithResolvers<void>[] = [];
  const app = new App<State>()
    .use(async (ctx) => {
      ctx.state.trail = [ctx.url.pathname];
      const turn = Promise.withResolvers<void>();
      waiting.push(turn);
      await turn.promise;
      return await ctx.next();
    })
    .get("/:name", (ctx) => Response.json([...ctx.state.trail, ctx.params["name"]]));
  const answers = [bodyOf(app, "/a"), bodyOf(app, "/b")];

  while (waiting.length < 2) await Promise.resolve();
  for (const turn of waiting.toReversed()) turn.resolve();
  assert.deepEqual(await Promise.all(answers), ['["/a","a"]', '["/b","b"]']);
});

Deno.test("HEAD is served by GET, without the body", async () => {
  const app = new App<State>()
    .get("/", (ctx) => ctx.text("page", { status: 201, headers: { "x-page": "1" } }))
    .post("/send", (ctx) => ctx.text("sent"));

  const response = await ask(app, "/", { method: "HEAD" });
  assert.equal(response.status, 201);
  assert.equal(response.headers.get("x-page"), "1");
  assert.equal(response.body, null);
  assert.equal((await ask(app, "/send", { method: "HEAD" })).status, 405);
});

Deno.test("OPTIONS on a known path is 204 and lists its methods", async () => {
  const app = new App<State>()
    .use(mark("x-seen"))
    .get("/login", (ctx) => ctx.text("form"))
    .post("/login", (ctx) => ctx.text("sent"))
    .get("/leads/:id", (ctx) => ctx.text("lead"));

  const response = await ask(app, "/login", { method: "OPTIONS" });
  assert.equal(response.status, 204);
  assert.equal(response.headers.get("allow"), "GET, POST");
  assert.equal(response.headers.get("x-seen"), "yes");
  const pattern = await ask(app, "/leads/7", { method: "OPTIONS" });
  assert.equal(pattern.headers.get("allow"), "GET");
  assert.equal((await ask(app, "/nowhere", { method: "OPTIONS" })).status, 404);
});

Deno.test("params are decoded, but an encoded slash stays encoded", async () => {
  const app = new App<State>().get("/p/:key/:field", (ctx) => Response.json({ ...ctx.params }));

  assert.equal(
    await bodyOf(app, "/p/%D1%82%D0%B5%D1%81%D1%82%20one/a%2Fb"),
    '{"key":"тест one","field":"a%2Fb"}',
  );
  assert.equal((await ask(app, "/p/only")).status, 404);
});

Deno.test("handler() rejects on a malformed % in a parameter, and only there", async () => {
  const app = new App<State>().get("/leads/:id", (ctx) => ctx.text("lead"));

  await assert.rejects(ask(app, "/leads/%E0%A4%A"), URIError);
  assert.equal((await ask(app, "/%E0%A4%A")).status, 404);
});

Deno.test("a fixed path wins over a pattern, and answers with or without a slash at its end", async () => {
  const app = new App<State>()
    .get("/leads/:id", (ctx) => ctx.text("one"))
    .get("/leads/new", (ctx) => ctx.text("new"));

  assert.equal(await bodyOf(app, "/leads/new"), "new");
  assert.equal(await bodyOf(app, "/leads/new/"), "new");
  assert.equal(await bodyOf(app, "/leads/7"), "one");
  assert.equal((await ask(app, "/leads/7/")).status, 404);
});

Deno.test("repeated slashes in a path count as one", async () => {
  const app = new App<State>().get("/a/b", (ctx) => ctx.text(ctx.url.pathname));

  assert.equal(await bodyOf(app, "//a///b"), "/a/b");
});

Deno.test("the first of two handlers of the same path and method wins", async () => {
  const app = new App<State>()
    .get("/", (ctx) => ctx.text("first"))
    .get("/", (ctx) => ctx.text("second"));

  assert.equal(await bodyOf(app, "/"), "first");
});

Deno.test("ctx.next() in the last handler is a 404", async () => {
  const app = new App<State>().get("/", (ctx) => ctx.next());

  assert.equal((await ask(app, "/")).status, 404);
});

Deno.test("ctx.info is the caller's, or a local stand-in", async () => {
  const app = new App<State>().get("/", (ctx) => Response.json(hostOf(ctx)));
  const remoteAddr = { transport: "tcp", hostname: "192.0.2.7", port: 5000 } as const;

  const response = await app.handler()(request("/"), { remoteAddr, completed: Promise.resolve() });
  assert.equal(await response.text(), '"192.0.2.7"');
  assert.equal(await bodyOf(app, "/"), '"localhost"');
});

Deno.test("a handler that returns no Response is a 500", async () => {
  using _errors = quietErrors();
  const nothing = (() => undefined) as unknown as Middleware<State>;
  const app = new App<State>().get("/", nothing);

  assert.equal((await ask(app, "/")).status, 500);
});

Deno.test("an unknown error is a 500 without its message, and goes to the console", async () => {
  using errors = quietErrors();
  const failure = new Error("token 123:abc");
  const app = new App<State>().get("/", () => {
    throw failure;
  });

  const response = await ask(app, "/");
  assert.equal(response.status, 500);
  assert.equal(await response.text(), "Internal server error");
  assert.deepEqual(errors.calls, [[failure]]);
});

Deno.test("an HttpError answers with its status, and its message or the status's text", async () => {
  const app = new App<State>()
    .get("/plain", () => {
      throw new HttpError(403);
    })
    .get("/said", () => {
      throw new HttpError(413, "At most 1 MB");
    });

  const plain = await ask(app, "/plain");
  assert.equal(plain.status, 403);
  assert.equal(await plain.text(), "Forbidden");
  const said = await ask(app, "/said");
  assert.equal(said.status, 413);
  assert.equal(await said.text(), "At most 1 MB");
});

Deno.test("an HttpError from 500 on goes to the console, one below 500 does not", async () => {
  using errors = quietErrors();
  const app = new App<State>()
    .get("/503", () => {
      throw new HttpError(503);
    })
    .get("/415", () => {
      throw new HttpError(415);
    });

  assert.equal(await bodyOf(app, "/415"), "Unsupported Media Type");
  assert.equal(errors.calls.length, 0);
  assert.equal(await bodyOf(app, "/503"), "Service Unavailable");
  assert.equal(errors.calls.length, 1);
});

Deno.test("HttpError is an Error with an error status, an optional message and a cause", () => {
  const cause = new Error("inner");
  const error = new HttpError(400, "Taken", { cause });

  assert.ok(error instanceof Error);
  assert.deepEqual([error.name, error.status, error.message], ["HttpError", 400, "Taken"]);
  assert.equal(error.cause, cause);
  class Taken extends HttpError {}
  assert.equal(new Taken(400).name, "Taken");
  assert.equal(new HttpError(404).message, "");
  // @ts-expect-error: 200 is no error status
  assert.equal(new HttpError(200).status, 200);
});

Deno.test("ctx.render draws a fragment of JSX as a whole document with a doctype", async () => {
  const Greeting = ({ name }: { name: string }) => <h1 class="hi">Hello {name}</h1>;
  const app = new App<State>().get("/", (ctx) => ctx.render(<Greeting name="<Ann> & co" />));

  const response = await ask(app, "/");
  assert.equal(response.status, 200);
  assert.equal(response.headers.get("content-type"), "text/html; charset=utf-8");
  assert.equal(
    await response.text(),
    '<!DOCTYPE html><html><head><meta charset="utf-8"/></head>' +
      '<body><h1 class="hi">Hello &lt;Ann> &amp; co</h1></body></html>',
  );
});

Deno.test("ctx.render adds only the doctype to a whole document", async () => {
  // Fresh itself sees these three only as elements: jsxPrecompileSkipElements has to name them.
  const Page = ({ title }: { title: string }) => (
    <html lang="en">
      <head>
        <title>{title}</title>
      </head>
      <body>
        <header>{title}</header>
      </body>
    </html>
  );
  const app = new App<State>().get("/", (ctx) => ctx.render(<Page title="Leads" />));

  assert.equal(
    await bodyOf(app, "/"),
    '<!DOCTYPE html><html lang="en"><head><title>Leads</title></head>' +
      "<body><header>Leads</header></body></html>",
  );
});

Deno.test("ctx.render adds the head and the html that a body lacks", async () => {
  const app = new App<State>().get(
    "/",
    (ctx) => ctx.render(h("body", null, h("header", null, "x"))),
  );

  assert.equal(
    await bodyOf(app, "/"),
    '<!DOCTYPE html><html><head><meta charset="utf-8"/></head><body><header>x</header></body></html>',
  );
});

Deno.test("ctx.render keeps the status and headers it is given, but for the content type", async () => {
  const app = new App<State>().get("/", (ctx) =>
    ctx.render(<p>no</p>, {
      status: 422,
      headers: { "x-form": "1", "content-type": "text/plain" },
    }));

  const response = await ask(app, "/");
  assert.equal(response.status, 422);
  assert.equal(response.headers.get("x-form"), "1");
  assert.equal(response.headers.get("content-type"), "text/html; charset=utf-8");
});

Deno.test("ctx.render rejects with what is thrown while it draws", async () => {
  const failure = new Error("no such lead");
  const Broken = () => {
    throw failure;
  };
  let refusal: unknown;
  const app = new App<State>().get("/", async (ctx) => {
    await ctx.render(<Broken />).catch((error) => refusal = error);
    return ctx.text("done");
  });

  await ask(app, "/");
  assert.equal(refusal, failure);
});

Deno.test("ctx.text answers plain text and takes an init", async () => {
  const app = new App<State>().get("/", (ctx) => ctx.text("t", { status: 202 }));

  const response = await ask(app, "/");
  assert.equal(response.headers.get("content-type"), "text/plain;charset=UTF-8");
  assert.deepEqual([response.status, await response.text()], [202, "t"]);
});

Deno.test("ctx.redirect is a 302 by default, and keeps a path on this site", async () => {
  const targets: Record<string, string> = {
    "/login": "/login",
    "//evil.example/x": "/evil.example/x",
    "/a//b?next=//c": "/a/b?next=//c",
    "/a//b#//c": "/a/b#//c",
    "https://t.me//bot": "https://t.me//bot",
  };
  const app = new App<State>()
    .get("/", (ctx) => ctx.redirect(ctx.url.searchParams.get("to") ?? ""))
    .post("/", (ctx) => ctx.redirect("/done", 303));

  for (const [to, location] of Object.entries(targets)) {
    const response = await ask(app, `/?to=${encodeURIComponent(to)}`);
    assert.deepEqual([response.status, response.headers.get("location")], [302, location]);
  }
  assert.equal((await ask(app, "/", { method: "POST" })).status, 303);
});

Deno.test("createDefine returns handlers and middlewares as they are, with their ctx typed", async () => {
  const define = createDefine<State>();
  const start = define.middleware((ctx) => {
    ctx.state.trail = ["typed"];
    return ctx.next();
  });
  const page = define.handlers({
    GET: (ctx) => Response.json(ctx.state.trail),
    POST: (ctx) => ctx.text(ctx.state.trail.join()),
  });
  const app = new App<State>().use(start).get("/", page.GET).post("/", page.POST);

  assert.equal(await bodyOf(app, "/"), '["typed"]');
  assert.equal(await bodyOf(app, "/", { method: "POST" }), "typed");
});

function request(path: string, init?: RequestInit): Request {
  return new Request(`http://localhost${path}`, init);
}

function ask(app: App<State>, path: string, init?: RequestInit): Promise<Response> {
  return app.handler()(request(path, init));
}

async function bodyOf(app: App<State>, path: string, init?: RequestInit): Promise<string> {
  return await (await ask(app, path, init)).text();
}

function leave(name: string): Middleware<State> {
  return (ctx) => {
    ctx.state.trail = [...ctx.state.trail ?? [], name];
    return ctx.next();
  };
}

function mark(header: string): Middleware<State> {
  return async (ctx) => {
    const response = await ctx.next();
    response.headers.set(header, "yes");
    return response;
  };
}

function hostOf(ctx: Context<State>): string {
  const { remoteAddr } = ctx.info;
  return remoteAddr.transport === "tcp" ? remoteAddr.hostname : remoteAddr.transport;
}

function quietErrors(): Disposable & { calls: unknown[][] } {
  const real = console.error;
  const calls: unknown[][] = [];
  console.error = (...args: unknown[]) => void calls.push(args);
  return { calls, [Symbol.dispose]: () => void (console.error = real) };
}
