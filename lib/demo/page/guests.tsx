// The visitors of the demo: who is shown, who was there before, and a form for a new one.

import { LANGUAGES } from "../../page/language.ts";
import type { View } from "./view.ts";

/** Opens from the name of the visitor who is shown. */
export function Guests({ stage, words, language }: View) {
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
