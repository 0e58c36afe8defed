// The list of sessions, each with a button that ends it.

import type { Session } from "../lib/page/auth.ts";
import { field } from "../lib/page/form.ts";
import { define } from "../lib/page/state.ts";
import { isolated } from "./components/isolated.tsx";
import { FormToken, type Frame, frameOf, Page } from "./components/page.tsx";
import { SESSIONS } from "./words/sessions.ts";
import { personIn } from "./words/login.ts";

export const handler = define.handlers({
  async GET(ctx) {
    const { deps, session, language } = ctx.state;
    const frame = await frameOf(ctx);
    const words = SESSIONS[language];
    const sessions = await deps.auth.sessions();
    return ctx.render(
      <Page frame={frame} title={words.title}>
        <div class="title">
          <h1>{words.title}</h1>
          {sessions.length > 1 && (
            <form method="post" action="/sessions">
              <FormToken frame={frame} />
              <button type="submit" class="outline" name="end" value="others">
                {words.endOthers}
              </button>
            </form>
          )}
        </div>
        <p class="hint">{words.hint}</p>
        <table class="records">
          <thead>
            <tr>
              <th scope="col">{words.who}</th>
              <th scope="col">{words.device}</th>
              <th scope="col">{words.opened}</th>
              <th scope="col">{words.seen}</th>
              <th scope="col">
                <span class="visually-hidden">{words.action}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {sessions.map((each) => (
              <Row each={each} isHere={each.number === session.number} frame={frame} />
            ))}
          </tbody>
        </table>
      </Page>,
    );
  },

  async POST(ctx) {
    const { deps, session, form } = ctx.state;
    const wanted = field(form, "end");
    const ended = (await deps.auth.sessions()).filter(({ number }) =>
      wanted === "others" ? number !== session.number : String(number) === wanted
    );
    for (const { number } of ended) await deps.auth.endSession(number);
    return ctx.redirect("/sessions", 303);
  },
});

function Row({ each, isHere, frame }: {
  readonly each: Session;
  readonly isHere: boolean;
  readonly frame: Frame;
}) {
  const words = SESSIONS[frame.language];
  const who = personIn(each.openedBy, frame.language);
  const device = nameOf(each.device) ?? words.unknownDevice;
  return (
    <tr>
      <th scope="row" dir="auto">{who}</th>
      <td data-label={words.device}>
        {device} {isHere && <strong>· {words.here}</strong>}
      </td>
      <td data-label={words.opened}>{frame.when(each.openedAtMs)}</td>
      <td data-label={words.seen}>{frame.when(each.seenAtMs)}</td>
      <td>
        {!isHere && (
          <form method="post" action="/sessions">
            <FormToken frame={frame} />
            <button
              type="submit"
              class="outline"
              name="end"
              value={String(each.number)}
              aria-label={words.endOf(isolated(who), device)}
            >
              {words.end}
            </button>
          </form>
        )}
      </td>
    </tr>
  );
}

/** `Chrome, Android`: enough of a user agent to tell one's devices apart. */
function nameOf(userAgent: string): string | undefined {
  const browser = BROWSERS.find(([sign]) => userAgent.includes(sign))?.[1];
  const system = SYSTEMS.find(([sign]) => userAgent.includes(sign))?.[1];
  const known = [browser, system].filter((each) => each !== undefined);
  return known.length === 0 ? undefined : known.join(", ");
}

/** The first match counts: earlier browsers' user agents contain the later names too. */
const BROWSERS = [
  ["YaBrowser", "Яндекс Браузер"],
  ["Edg", "Edge"],
  ["OPR", "Opera"],
  ["Firefox", "Firefox"],
  ["Chrome", "Chrome"],
  ["CriOS", "Chrome"],
  ["Safari", "Safari"],
] as const;

const SYSTEMS = [
  ["Android", "Android"],
  ["iPhone", "iPhone"],
  ["iPad", "iPad"],
  ["Mac OS X", "Mac"],
  ["Windows", "Windows"],
  ["Linux", "Linux"],
] as const;
