// The demo page over HTTP, on this machine only: the page, its forms, and server-sent events.

import { App, createDefine, HttpError } from "fresh";
import { handler as assets } from "../../routes/assets.ts";
import { field, readForm } from "../page/form.ts";
import { pickLanguage } from "../page/language.ts";
import { isFromOwnPage, ownOrigin, secureHeaders } from "../page/security.ts";
import type { State } from "../page/state.ts";
import style from "./chat.css" with { type: "text" };
import script from "./chat_script.js" with { type: "text" };
import { ChatPage } from "./chat_page.tsx";
import { type ChatStage, type Mode, MODES, type Move } from "./chat_stage.ts";

/** How long a POST waits for the bot's reaction before it shows the page, in ms. */
const REACTION_MS = 400;

const define = createDefine<State>();

/** The demo as one function from request to response. */
function createDemoChat(
  stage: ChatStage,
  botId: number,
): (request: Request, info?: Deno.ServeHandlerInfo) => Promise<Response> {
  const page = define.middleware((ctx) => {
    const language = pickLanguage(ctx.req.headers.get("accept-language"));
    return ctx.render(<ChatPage stage={stage} language={language} botId={botId} />);
  });

  /** Handles a form of this page, and shows the page when the bot has reacted. */
  function act(wish: (form: URLSearchParams) => Promise<boolean> | boolean) {
    return define.middleware(async (ctx) => {
      const origin = ownOrigin(ctx.req, { publicUrl: null, trustProxy: false });
      if (!isFromOwnPage(ctx.req, origin)) throw new HttpError(403);
      const form = await readForm(ctx.req, 64 * 1024);
      const reaction = nextMove(stage);
      if (!await wish(form)) {
        reaction.cancel();
        throw new HttpError(400);
      }
      await reaction.made;
      return ctx.redirect("/demo", 303);
    });
  }

  const app = new App<State>()
    .get("/", (ctx) => ctx.redirect("/demo", 303))
    .get("/demo", page)
    .get("/assets/:name", assets.GET)
    .get("/demo/chat.css", () => file("text/css; charset=utf-8", style))
    .get("/demo/chat.js", () => file("text/javascript; charset=utf-8", script))
    .get("/demo/events", () => moves(stage))
    .post(
      "/demo/visitor",
      act((form) => {
        if (form.has("open")) return stage.open(field(form, "open"));
        if (form.has("press")) return press(stage, "visitor", field(form, "press"));
        return stage.say(field(form, "text").trim());
      }),
    )
    .post(
      "/demo/manager",
      act((form) =>
        form.has("press")
          ? press(stage, "manager", field(form, "press"))
          : stage.answer(field(form, "text").trim())
      ),
    )
    .post(
      "/demo/crm",
      act(async (form) => {
        const mode = field(form, "mode");
        if (!isMode(mode)) return false;
        await stage.setMode(mode);
        return true;
      }),
    )
    .post("/demo/play", act((form) => stage.play(Number(field(form, "scenario") || NaN))));

  const handle = app.handler();
  return async (request, info) => {
    const response = await handle(request, info)
      .catch(() => new Response("Bad Request", { status: 400 }));
    secureHeaders(response.headers);
    return response;
  };
}

/** A running demo chat. */
export interface DemoChat extends AsyncDisposable {
  readonly url: string;
}

/** Serves the demo chat on 127.0.0.1. */
export function serveDemoChat(stage: ChatStage, botId: number, port = 0): DemoChat {
  const ending = new AbortController();
  const server = Deno.serve(
    { port, hostname: "127.0.0.1", signal: ending.signal, onListen() {} },
    createDemoChat(stage, botId),
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}/demo`,
    async [Symbol.asyncDispose]() {
      stage.close();
      ending.abort();
      await server.finished;
    },
  };
}

function press(stage: ChatStage, who: "visitor" | "manager", value: string): boolean {
  const [, id = "", data = ""] = /^(\d+) (.+)$/.exec(value) ?? [];
  return id !== "" && stage.press(who, Number(id), data);
}

function isMode(text: string): text is Mode {
  return MODES.some((each) => each === text);
}

function file(type: string, content: string): Response {
  return new Response(content, { headers: { "content-type": type } });
}

/** Waits for the bot's reaction, so that a browser without script sees it at once. */
function nextMove(stage: ChatStage): { readonly made: Promise<void>; readonly cancel: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  let moves = 0;
  const stop = stage.onMove(() => {
    moves += 1;
    if (moves > 1) end(); // The first is what the person did.
  });
  const timer = setTimeout(end, REACTION_MS);
  function end(): void {
    clearTimeout(timer);
    stop();
    resolve();
  }
  return { made: promise, cancel: end };
}

/** Every move as a server-sent event, until the browser goes. */
function moves(stage: ChatStage): Response {
  let stop = () => {};
  const stream = new ReadableStream<string>({
    start(controller) {
      controller.enqueue(": welcome\n\n");
      stop = stage.onMove((move: Move) => controller.enqueue(`data: ${move}\n\n`));
    },
    cancel: () => stop(),
  });
  return new Response(stream.pipeThrough(new TextEncoderStream()), {
    headers: { "content-type": "text/event-stream" },
  });
}
