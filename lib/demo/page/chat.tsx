// A phone's chat, and over it what the bot answers to a press.

import { Bubble } from "./bubble.tsx";
import { answerGloss } from "./gloss.ts";
import { ACTIONS, type PhoneView } from "./phone_view.ts";

/** The messages, the newest in sight; `empty` stands in their place while there are none. */
export function Chat({ owner, phone, empty, ...view }: PhoneView & { readonly empty: string }) {
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

function NoticeBox({ owner, phone, words, language }: PhoneView) {
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
