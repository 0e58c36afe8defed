// The page for a failed request: a sentence and a link, never the cause.

import { HttpError } from "fresh";
import { pickLanguage } from "../lib/page/language.ts";
import { define } from "../lib/page/state.ts";
import { StorageError } from "../lib/journal/storage_error.ts";
import { stackOf } from "../lib/log/error_words.ts";
import { BarePage } from "./components/page.tsx";
import { ERRORS, type Sentence } from "./words/errors.ts";

type Kind = Exclude<keyof typeof ERRORS["ru"], "home" | "event">;

export const errorPage = define.middleware((ctx) => {
  // The request may have failed before `introduce` ran.
  const language = pickLanguage(ctx.req.headers.get("accept-language"));
  const { error } = ctx;
  const words = ERRORS[language];
  const kind = kindOf(error);
  // Cheap on purpose: refusing a request must cost less than serving one.
  if (kind === "busy") {
    return ctx.text(plain(words.busy), { status: 503, headers: { "retry-after": "1" } });
  }
  const isUnexpected = kind === "defect" || kind === "storage";
  const id = isUnexpected ? crypto.randomUUID().slice(0, 8) : undefined;
  if (id !== undefined) {
    ctx.state.deps?.log.error("❌ Страница {path} не открылась, событие {id}: {cause}", {
      path: ctx.url.pathname,
      id,
      cause: error instanceof StorageError ? error.message : stackOf(error),
    });
  }
  const { title, text } = words[kind];
  return ctx.render(
    <BarePage language={language} title={title}>
      <h1>{title}</h1>
      <p>{text}</p>
      {id !== undefined && <p class="hint">{words.event(id)}</p>}
      <p>
        <a href="/">{words.home}</a>
      </p>
    </BarePage>,
    { status: error instanceof HttpError ? error.status : kind === "storage" ? 507 : 500 },
  );
});

/** The answer to a path that cannot be decoded; no route gets such a request. */
export function malformedAddress(request: Request): Response {
  const words = ERRORS[pickLanguage(request.headers.get("accept-language"))];
  return new Response(plain(words.badAddress), { status: 400 });
}

function plain({ title, text }: Sentence): string {
  return `${title}. ${text}\n`;
}

function kindOf(error: unknown): Kind {
  if (error instanceof StorageError) return "storage";
  if (!(error instanceof HttpError)) return "defect";
  switch (error.status) {
    case 400:
      return "badAddress";
    case 401:
      return "noSession";
    case 403:
      return FORBIDDEN[error.message] ?? "forbidden";
    case 404:
      return "notFound";
    case 405:
      return "wrongMethod";
    case 409:
      return "stale";
    case 413:
      return "tooLarge";
    case 415:
      return "wrongKind";
    case 429:
      return "tooMany";
    case 503:
      return "busy";
    default:
      return "defect";
  }
}

const FORBIDDEN: Readonly<Record<string, Kind>> = { foreign: "foreign", form: "staleForm" };
