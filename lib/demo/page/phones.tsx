// The two phones: what surrounds their chats.

import { Chat } from "./chat.tsx";
import { commandGloss } from "./gloss.ts";
import { Guests } from "./guests.tsx";
import { ACTIONS } from "./phone_view.ts";
import type { View } from "./view.ts";
import { Writing } from "./writing.tsx";

/** The phone of the visitor who is shown, and the way to others. */
export function VisitorPhone(view: View) {
  const { stage, words, links } = view;
  const { phone } = stage.visitors.current;
  return (
    <section class="device" id="visitor" aria-label={words.visitor}>
      <div class="head">
        <h2>{words.visitor}</h2>
        <Guests {...view} />
      </div>
      <Chat {...view} owner="visitor" phone={phone} empty={words.noVisitor} />
      <form
        method="post"
        action={ACTIONS.visitor}
        class="shortcuts"
        id="visitor-links"
        data-live
        aria-label={words.open}
      >
        {links.length === 0 && <span id="no-links">{words.noLinks}</span>}
        {links.map(({ key, name, isDraft }) => (
          <button
            type="submit"
            class="quiet"
            id={`open-${key}`}
            name="open"
            value={key}
            title={name}
          >
            <span aria-hidden="true">{isDraft ? "📝" : "🔗"}</span> {key}
            {isDraft && <small>{words.draft}</small>}
          </button>
        ))}
      </form>
      <Writing {...view} owner="visitor" phone={phone} label={words.message} />
    </section>
  );
}

/** The managers' chat on a manager's phone. */
export function ManagersPhone(view: View) {
  const { stage, words, language } = view;
  const { manager } = stage;
  return (
    <section class="device" id="managers" aria-label={words.managers}>
      <div class="head">
        <h2>{words.managers}</h2>
        <span class="who">@manager</span>
      </div>
      <Chat {...view} owner="manager" phone={manager} empty={words.noCards} />
      <form
        method="post"
        action={ACTIONS.manager}
        class="shortcuts"
        id="manager-commands"
        data-live
        aria-label={words.commands}
      >
        {stage.commands.filter(({ command }) => ALONE.includes(command)).map((
          { command, description },
        ) => (
          <button
            type="submit"
            class="quiet"
            id={`command-${command}`}
            name="command"
            value={`/${command}`}
            title={(language === "en" && commandGloss(command)) || description}
          >
            /{command}
          </button>
        ))}
      </form>
      <Writing {...view} owner="manager" phone={manager} label={words.toManagers} />
    </section>
  );
}

/** The commands that need no words after them and no reply. */
const ALONE: readonly string[] = ["status", "leads", "admin", "help"];
