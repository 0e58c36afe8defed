// The forms of the demo's page: reads what a person wishes, and has the stage do it.

import { field } from "../../page/form.ts";
import { type Mode, MODES } from "../stage/crm_switch.ts";
import type { Phone } from "../stage/phone.ts";
import type { Stage } from "../stage/stage.ts";

/** How a form ended. */
export type Outcome =
  /** It has reached the bot, which will react. */
  | "sent"
  /** It has changed the page alone. */
  | "done"
  /** It cannot be done, as with a button that is gone by now. */
  | "refused";

/** Does what the form says. */
export type Action = (form: URLSearchParams) => Promise<Outcome> | Outcome;

/** The actions by the last part of their path. */
export function createActions(stage: Stage): Readonly<Record<string, Action>> {
  return {
    visitor(form) {
      if (form.has("open")) return sent(stage.open(field(form, "open")));
      return usePhone(stage.visitors.current.phone, form);
    },
    manager: (form) => usePhone(stage.manager, form),
    guests(form) {
      if (form.has("choose")) return done(stage.visitors.choose(numberIn(form, "choose")));
      return done(stage.visitors.add({
        name: field(form, "name").trim(),
        username: field(form, "username").trim().replace(/^@/, ""),
        language: field(form, "language"),
      }));
    },
    async crm(form) {
      const mode = field(form, "mode");
      if (!isMode(mode)) return "refused";
      await stage.crm.set(mode);
      return "done";
    },
    play: (form) => sent(stage.performance.play(numberIn(form, "scenario"))),
  };
}

function usePhone(phone: Phone, form: URLSearchParams): Outcome {
  const text = field(form, "text").trim();
  if (form.has("press")) return sent(press(phone, field(form, "press")));
  if (form.has("tap")) return sent(phone.tap(field(form, "tap")));
  if (form.has("reply")) return done(phone.chooseReply(numberIn(form, "reply")));
  if (form.has("edit")) return done(phone.chooseEdit(numberIn(form, "edit")));
  if (form.has("none")) return done(phone.chooseNone());
  if (form.has("dismiss")) return done(phone.dismiss());
  if (form.has("photo")) return sent(phone.sendPhoto(text));
  return sent(phone.say(form.has("command") ? field(form, "command") : text));
}

function sent(isDone: boolean): Outcome {
  return isDone ? "sent" : "refused";
}

function done(isDone: boolean): Outcome {
  return isDone ? "done" : "refused";
}

/** The number of a message and what its button sends. */
function press(phone: Phone, value: string): boolean {
  const gap = value.indexOf(" ");
  if (gap === -1) return false;
  return phone.press(Number(value.slice(0, gap)), value.slice(gap + 1));
}

function numberIn(form: URLSearchParams, name: string): number {
  return Number(field(form, name) || NaN);
}

function isMode(text: string): text is Mode {
  return MODES.some((each) => each === text);
}
