// The two phones: what surrounds their chats.

import { LANGUAGES } from "../../page/language.ts";
import type { SimMessage } from "../../simulator/telegram/server.ts";
import type { Owner, Phone } from "../stage/phone.ts";
import { MOST_TEXT } from "../stage/phone.ts";
import { Bubble } from "./bubble.tsx";
import { answerGloss, commandGloss } from "./gloss.ts";
import { wordsOf } from "./message_text.tsx";
import type { View } from "./view.ts";

/** Without a script a form's answer shows the place that the form is in. */
const ACTIONS: Readonly<Record<Owner, string>> = {
  visitor: "/demo/visitor#visitor",
  manager: "/demo/manager#managers",
};

/** The phone of the visitor who is shown, and the way to others. */
export function VisitorPhone(view: View) {
  const { stage, words, links } = view;
  const { person, phone } = stage.visitors.current;
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
      <Writing {...view} owner="visitor" phone={phone} label={words.message} key={person.id} />
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

interface ChatProps extends View {
  readonly owner: Owner;
  readonly phone: Phone;
}

function Chat({ owner, phone, empty, ...view }: ChatProps & { readonly empty: string }) {
  const { words, stage } = view;
  const label = owner === "visitor" ? words.visitor : words.managers;
  return (
    <form method="post" action={ACTIONS[owner]} class="chat-form">
      <div class="chat" role="log" aria-label={label} tabIndex={0}>
        <div
          class="messages"
          id={`${owner}-chat`}
          data-live
          data-who={owner === "visitor" ? stage.visitors.current.person.id : "managers"}
        >
          {phone.messages.length === 0 && <p class="empty" id={`${owner}-empty`}>{empty}</p>}
          {phone.messages.map((message) => (
            <Bubble {...view} owner={owner} phone={phone} message={message} />
          ))}
        </div>
      </div>
      <div class="over" id={`${owner}-notice`} data-live>
        <NoticeBox {...view} owner={owner} phone={phone} />
      </div>
    </form>
  );
}

function NoticeBox({ owner, phone, words, language }: ChatProps) {
  const { notice } = phone;
  if (notice === null) return null;
  const gloss = notice.kind === "answer" && language === "en"
    ? answerGloss(notice.text)
    : undefined;
  const isAlert = notice.kind === "answer" && notice.isAlert;
  return (
    <div
      class={isAlert ? "notice alert" : `notice ${notice.kind}`}
      id={`${owner}-notice-${notice.number}`}
      role={isAlert ? "alertdialog" : "status"}
      aria-label={words.botSays}
    >
      <p>
        {notice.kind === "answer" ? notice.text : words.unheard}
        {gloss !== undefined && <small>{gloss}</small>}
      </p>
      <button type="submit" name="dismiss" value="1" id={`${owner}-dismiss`}>{words.close}</button>
    </div>
  );
}

/** The bot's keyboard, what is replied to, and the field for words. */
function Writing({ owner, phone, label, words }: ChatProps & { readonly label: string }) {
  const { replyTo, editing, keyboard } = phone;
  const target = editing ?? replyTo;
  return (
    <>
      <form method="post" action={ACTIONS[owner]} class="target" id={`${owner}-target`} data-live>
        {target !== null && (
          <div id={`${owner}-target-${target.message_id}`}>
            <p>
              <strong>{editing === null ? words.replying : words.editing}</strong>{" "}
              {firstLine(target) || words.photo}
            </p>
            <button
              type="submit"
              class="quiet"
              name="none"
              value="1"
              id={`${owner}-none`}
              aria-label={words.cancel}
            >
              ✕
            </button>
          </div>
        )}
      </form>
      <form method="post" action={ACTIONS[owner]} class="say">
        <input
          type="text"
          name="text"
          id={`${owner}-text`}
          maxLength={MOST_TEXT}
          autocomplete="off"
          value={editing?.text ?? ""}
          placeholder={placeholderOf(phone, label, words)}
          aria-label={label}
        />
        <button type="submit" class="send" aria-label={words.send} title={words.send}>➤</button>
        <button
          type="submit"
          class="quiet attach"
          name="photo"
          value="1"
          aria-label={words.sendPhoto}
          title={words.sendPhoto}
        >
          📷
        </button>
      </form>
      <form
        method="post"
        action={ACTIONS[owner]}
        class="reply-keyboard"
        id={`${owner}-keyboard`}
        aria-label={words.keyboard}
        data-live
      >
        {keyboard?.rows.map((row, index) => (
          <div class="row" id={`${owner}-keys-${index}`}>
            {row.map(({ text, asksContact }) => (
              <button type="submit" name="tap" value={text}>
                {asksContact && <span aria-hidden="true">📱</span>}
                {text}
              </button>
            ))}
          </div>
        ))}
      </form>
    </>
  );
}

function placeholderOf({ replyTo, editing }: Phone, label: string, words: View["words"]): string {
  if (editing !== null) return words.newText;
  return replyTo === null ? label : words.yourReply;
}

function firstLine(message: SimMessage): string {
  return wordsOf(message).split("\n", 1)[0] ?? "";
}

/** Who writes to the bot: earlier visitors, and a form for a new one. */
function Guests({ stage, words, language }: View) {
  const { current, all } = stage.visitors;
  const { user } = current.person;
  const others = all.filter(({ person }) => person.id !== current.person.id);
  const unread = others.reduce((sum, each) => sum + each.unread, 0);
  return (
    <details class="guests">
      <summary>
        <span id="guest-now" data-live>
          <span class="who">{nameOf(user)}</span>
          {unread > 0 && <span class="unread">{unread}</span>}
        </span>
      </summary>
      <div class="sheet">
        <form
          method="post"
          action="/demo/guests#visitor"
          id="guest-list"
          aria-label={words.guestList}
          data-live
        >
          {others.map(({ person, unread }) => (
            <button
              type="submit"
              class="quiet"
              id={`guest-${person.id}`}
              name="choose"
              value={String(person.id)}
            >
              {nameOf(person.user)}
              {unread > 0 && <span class="unread">{unread}</span>}
            </button>
          ))}
        </form>
        <form method="post" action="/demo/guests#visitor" class="guest">
          <strong>{words.guests}</strong>
          <input
            name="name"
            required
            maxLength={64}
            autocomplete="off"
            placeholder={words.name}
            aria-label={words.name}
          />
          <input
            name="username"
            maxLength={33}
            pattern="@?[A-Za-z][A-Za-z0-9_]{3,31}"
            autocomplete="off"
            placeholder={words.username}
            aria-label={words.username}
          />
          <select name="language" aria-label={words.language}>
            {LANGUAGES.map((each) => (
              <option value={each} selected={each === language}>{words.languages[each]}</option>
            ))}
          </select>
          <button type="submit">{words.enter}</button>
        </form>
      </div>
    </details>
  );
}

function nameOf({ first_name, username }: { first_name: string; username?: string }): string {
  return username === undefined ? first_name : `${first_name} @${username}`;
}
