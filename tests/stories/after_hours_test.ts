// Outside working hours the running bot confirms with the profile's paragraph, and says the same when it has to confirm again.

import { withWorld } from "../helpers/world.ts";
import { CHOICE, CONFIRMATION } from "../helpers/shipped_texts.ts";
import { galliard, greet, wordsOf } from "../helpers/visits.ts";

const LATER = "🌙 Сейчас нас нет, ответим завтра.";

/** A day that is not today, whatever the story's length. */
const tomorrow = ["пн", "вт", "ср", "чт", "пт", "сб", "вс"][(new Date().getUTCDay() + 1) % 7];

Deno.test("a visitor who comes outside working hours reads when they are answered, also when the confirmation had to wait until the day began", () =>
  withWorld(async (world) => {
    const visitor = galliard(world);
    const mend = world.telegram.fault({
      method: ({ method }) => method === "editMessageText" || method === "editMessageCaption",
      fault: { kind: "error", error_code: 500, description: "Internal Server Error" },
    });
    visitor.press(await greet(visitor), CHOICE);
    await world.bot.line("Посетителю не ответить");
    await world.bot.kill();
    mend();
    await world.restart({ WORK_HOURS: "" });
    await visitor.chat.waitFor((each) => wordsOf(each) === `${CONFIRMATION}\n\n${LATER}`);

    const next = world.telegram.user({ first_name: "Later", username: "later" });
    next.press(await greet(next), CHOICE);
    await next.chat.waitFor((each) => wordsOf(each) === CONFIRMATION);
  }, {
    env: { TZ: "UTC", WORK_HOURS: `${tomorrow} 0-24` },
    locales: (locales) => void (locales.agency.step2.after_hours_text = LATER),
  }));
