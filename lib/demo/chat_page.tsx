// The demo's page: two phones with a CRM between them. Draws the stage; decides nothing.

import type { Language } from "../page/language.ts";
import { assets } from "../../routes/assets/assets.ts";
import { Formatted } from "../../routes/components/telegram.tsx";
import { type ChatStage, MODES } from "./chat_stage.ts";
import { CHAT, type ChatWords } from "./chat_words.ts";
import type { InlineKeyboardButton } from "grammy/types";
import type { SimMessage } from "../simulator/telegram/server.ts";

/** How often a browser without script reloads, in seconds. */
const REFRESH_SECONDS = 3;

/** The whole page. */
export function ChatPage(
  { stage, language, botId }: {
    readonly stage: ChatStage;
    readonly language: Language;
    readonly botId: number;
  },
) {
  const words = CHAT[language];
  const { style, icon } = assets();
  return (
    <html lang={language}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="referrer" content="same-origin" />
        <title>{words.title}</title>
        <link rel="icon" href={icon.path} type="image/svg+xml" />
        <link rel="stylesheet" href={style.path} />
        <link rel="stylesheet" href="/demo/chat.css" />
        <noscript>
          <meta http-equiv="refresh" content={String(REFRESH_SECONDS)} />
        </noscript>
        <script type="module" src="/demo/chat.js" />
      </head>
      <body class="demo">
        <main>
          <h1>{words.title}</h1>
          <p class="hint">{words.hint}</p>
          <form class="plays" method="post" action="/demo/play">
            {words.scenarios.map((title, index) => (
              <button type="submit" class="outline" name="scenario" value={String(index)}>
                <span aria-hidden="true">▶</span> <span class="visually-hidden">{words.play}:</span>
                {" "}
                {title}
              </button>
            ))}
          </form>
          <div class="stage">
            <VisitorPhone stage={stage} words={words} botId={botId} />
            <Crm stage={stage} words={words} />
            <ManagersPhone stage={stage} words={words} botId={botId} />
          </div>
        </main>
      </body>
    </html>
  );
}

interface PartProps {
  readonly stage: ChatStage;
  readonly words: ChatWords;
}

function VisitorPhone({ stage, words, botId }: PartProps & { readonly botId: number }) {
  return (
    <section class="device visitor" aria-label={words.visitor}>
      <h2>{words.visitor}</h2>
      <form
        method="post"
        action="/demo/visitor"
        class="chat"
        aria-label={words.visitor}
        id="visitor-chat"
        tabIndex={0}
        data-live
      >
        {stage.visitorMessages.length === 0 && <p class="empty">{words.noVisitor}</p>}
        {stage.visitorMessages.map((message) => (
          <Bubble message={message} isOwn={message.from.id !== botId} words={words} />
        ))}
      </form>
      <form method="post" action="/demo/visitor" class="links">
        <span>{words.open}:</span>
        {stage.profiles.map((key) => (
          <button type="submit" class="quiet" name="open" value={key}>{key}</button>
        ))}
      </form>
      <SayForm action="/demo/visitor" label={words.message} words={words} />
    </section>
  );
}

function SayForm(
  { action, label, words }: {
    readonly action: string;
    readonly label: string;
    readonly words: ChatWords;
  },
) {
  return (
    <form method="post" action={action} class="say">
      <input
        type="text"
        name="text"
        maxLength={1000}
        required
        autocomplete="off"
        placeholder={label}
        aria-label={label}
      />
      <button type="submit" aria-label={words.send}>➤</button>
    </form>
  );
}

function ManagersPhone({ stage, words, botId }: PartProps & { readonly botId: number }) {
  return (
    <section class="device managers" aria-label={words.managers}>
      <h2>{words.managers}</h2>
      <form
        method="post"
        action="/demo/manager"
        class="chat"
        aria-label={words.managers}
        id="managers-chat"
        tabIndex={0}
        data-live
      >
        {stage.managersMessages.length === 0 && <p class="empty">{words.noCards}</p>}
        {stage.managersMessages.map((message) => (
          <Bubble
            message={message}
            isOwn={message.from.id !== botId}
            words={words}
            reaction={stage.reactionTo(message.message_id)}
          />
        ))}
      </form>
      <SayForm action="/demo/manager" label={words.answer} words={words} />
    </section>
  );
}

function Crm({ stage, words }: PartProps) {
  return (
    <section class="crm" aria-label={words.crm}>
      <div class="wire" aria-hidden="true">
        <span class="light" id="light" />
      </div>
      <div class="box">
        <h2>{words.crm}</h2>
        <form method="post" action="/demo/crm" id="crm-switch" data-live>
          {MODES.map((mode) => (
            <button
              type="submit"
              name="mode"
              value={mode}
              class={`mode ${mode}`}
              aria-pressed={mode === stage.mode ? "true" : "false"}
            >
              {words.modes[mode]}
            </button>
          ))}
        </form>
        <div id="crm-received" data-live>
          <h3>{words.received}</h3>
          {stage.received.length === 0 && <p class="hint">{words.nothing}</p>}
          <ol>
            {stage.received.map(({ request, who, whole }) => (
              <li title={whole}>
                <strong>{request ?? words.note}</strong>
                <br />
                {who}
              </li>
            ))}
          </ol>
        </div>
      </div>
    </section>
  );
}

function Bubble(
  { message, isOwn, words, reaction }: {
    readonly message: SimMessage;
    readonly isOwn: boolean;
    readonly words: ChatWords;
    readonly reaction?: string | undefined;
  },
) {
  const text = message.text ?? message.caption ?? "";
  const quoted = message.reply_to_message;
  const rows = message.reply_markup?.inline_keyboard ?? [];
  return (
    <div class={isOwn ? "message own" : "message"}>
      <div class="bubble">
        {quoted !== undefined && (
          <p class="quoted">{quoted.text ?? quoted.caption ?? words.photo}</p>
        )}
        {message.photo !== undefined && <div class="photo" role="img" aria-label={words.photo} />}
        <p>
          <Formatted text={text} entities={message.entities ?? message.caption_entities ?? []} />
        </p>
        {reaction !== undefined && <span class="reaction">{reaction}</span>}
      </div>
      {rows.length > 0 && (
        <div class="keyboard">
          {rows.map((row) => (
            <div class="row">
              {row.map((button) => (
                <Key key={button.text} button={button} messageId={message.message_id} />
              ))}
            </div>
          ))}
        </div>
      )}
    </div>
  );
}

function Key(
  { button, messageId }: { readonly button: InlineKeyboardButton; readonly messageId: number },
) {
  if ("url" in button) {
    return <a class="key" href={button.url} rel="noopener">{button.text}</a>;
  }
  const data = "callback_data" in button ? button.callback_data : "";
  return (
    <button type="submit" class="key" name="press" value={`${messageId} ${data}`}>
      {button.text}
    </button>
  );
}
