// Texts for visitors and managers, to the letter, and within Telegram's limits for any input.

import assert from "node:assert/strict";
import fc from "fast-check";
import type { MessageEntity, User } from "grammy/types";
import { card, followUpParts } from "../../lib/managers/cards.ts";
import { editParts, undeliverableNote, wordsInPieces } from "../../lib/managers/follow_up_texts.ts";
import { formatCaption, formatText } from "../../lib/simulator/telegram/text.ts";
import type { FollowUpContent } from "../../lib/lead.ts";
import { LIMITS } from "../../lib/profiles/limits.ts";
import { chosenText, confirmation, type Formatted, greeting } from "../../lib/visitors/texts.ts";
import { contact, fullName } from "../../lib/visitor_name.ts";
import { crmPayload } from "../../lib/crm/payload.ts";
import { aFollowUp, aLead, aVisitor, someContent } from "../helpers/a_lead.ts";
import { DRAFT_MARK, withDraftMark } from "../../lib/visitors/state_texts.ts";
import { aProfile } from "../helpers/a_profile.ts";

// — The card —

const CARD = `⚠️ [FALLBACK - CRM НЕДОСТУПНА] ⚠️

🔥 НОВЫЙ ЛИД: MONSTER AGENCY 🔥

❗️ Важно: Этот лид НЕ был создан в AmoCRM автоматически.
Требуется ручное внесение.

--- ДАННЫЕ ДЛЯ CRM ---
Запрос: Привлечь клиентов
Контакт (авто): @betterrman
Имя: Galliard
--------------------------

Задача:
1. Внести лид в AmoCRM вручную.
2. Связаться с клиентом в Telegram.`;

/** The words that an entity covers. */
function covered({ text }: Formatted, { offset, length }: MessageEntity): string {
  return text.slice(offset, offset + length);
}

Deno.test("a card has its exact words, and its headlines are bold", () => {
  const shown = card(aLead(), "crm_failed");
  assert.equal(shown.text, CARD);
  assert.deepEqual(shown.entities.map((entity) => [entity.type, covered(shown, entity)]), [
    ["bold", "⚠️ [FALLBACK - CRM НЕДОСТУПНА] ⚠️"],
    ["bold", "🔥 НОВЫЙ ЛИД: MONSTER AGENCY 🔥"],
  ]);
});

Deno.test("a card of a lead with a phone has one line more", () => {
  const [plain, withPhone] = [aLead(), aLead({ phone: "+79161234567" })]
    .map((lead) => card(lead, "crm_failed").text);
  assert.equal(withPhone?.replace("\nТелефон: +79161234567\n---", "\n---"), plain);
  assert.match(withPhone ?? "", /\nИмя: Galliard\nТелефон: \+79161234567\n-----/);
});

Deno.test("a card of a profile without a webhook differs in its first line alone", () => {
  const { text } = card(aLead(), "no_webhook");
  assert.equal(text, CARD.replace(/^.*$/m, "⚠️ [WEBHOOK НЕ НАСТРОЕН] ⚠️"));
});

Deno.test("a card reaches a visitor without a username by a mention of their id", () => {
  const visitor = aVisitor({ userId: 42, username: null });
  const shown = card(aLead({ visitor }), "crm_failed");
  assert.ok(shown.text.includes("\nКонтакт (авто): id42\n"), shown.text);
  const mention = shown.entities.find(({ type }) => type === "text_mention");
  assert.ok(mention?.type === "text_mention");
  assert.equal(covered(shown, mention), "id42");
  assert.deepEqual(mention.user, { id: 42, first_name: "Galliard", is_bot: false });
});

Deno.test("a card shows what a visitor typed as it is, whatever it looks like", () => {
  const visitor = aVisitor({ firstName: "<b>Gal*li_ard</b>", lastName: "$& {choice} \\" });
  const { text, entities } = card(aLead({ visitor, choice: "[сайт](tg://x) $1" }), "crm_failed");
  assert.ok(text.includes("\nИмя: <b>Gal*li_ard</b> $& {choice} \\\n"), text);
  assert.ok(text.includes("\nЗапрос: [сайт](tg://x) $1\n"), text);
  assert.equal(entities.length, 2);
});

Deno.test("a card shortens names over 256 and choices over 1024 units, never inside a character", () => {
  const lineOf = (name: string, choice: string) => {
    const visitor = aVisitor({ firstName: name });
    const { text } = card(aLead({ visitor, choice }), "crm_failed");
    return [/^Имя: (.*)$/m.exec(text)?.[1], /^Запрос: (.*)$/m.exec(text)?.[1]];
  };
  assert.deepEqual(lineOf("n".repeat(256), "c".repeat(1024)), ["n".repeat(256), "c".repeat(1024)]);
  assert.deepEqual(lineOf("n".repeat(257), "c".repeat(1025)), [
    "n".repeat(255) + "…",
    "c".repeat(1023) + "…",
  ]);
  assert.deepEqual(lineOf("🔥".repeat(129), ""), ["🔥".repeat(127) + "…", ""]);
});

// — What the visitor reads —

Deno.test("a greeting is the profile's photo, caption and buttons, one a row", () => {
  assert.deepEqual(greeting(aProfile()), {
    text: "Что для вас сейчас главное?",
    photoUrl: "https://example.ru/agency.jpg",
    photoFile: null,
    keyboard: {
      inline_keyboard: [
        [{ text: "Привлечь клиентов", callback_data: "agency_clients" }],
        [{ text: "Создать сайт", callback_data: "agency_website" }],
      ],
    },
  });
});

Deno.test("a greeting goes without its photo when its text is longer than a caption may be", () => {
  const captioned = (length: number) =>
    greeting(aProfile((agency) => agency.step1.caption = "x".repeat(length)));
  assert.equal(captioned(1024).photoUrl, "https://example.ru/agency.jpg");
  assert.equal(captioned(1025).photoUrl, null);
  assert.equal(captioned(1025).text.length, 1025);
});

Deno.test("a confirmation shows the choice as it is, in every place", () => {
  const profile = aProfile((agency) => agency.step2.success_caption_template = "{choice} {choice}");
  assert.equal(confirmation(profile, "$& {choice}"), "$& {choice} $& {choice}");
});

Deno.test("a confirmation has 4096 units at most", () => {
  const profile = aProfile((agency) => agency.step2.success_caption_template = "{choice}");
  assert.equal(confirmation(profile, "x".repeat(4096)), "x".repeat(4096));
  assert.equal(confirmation(profile, "x".repeat(4097)), "x".repeat(4095) + "…");
});

Deno.test("a press asks for the profile's words for the button, else for the button's label", () => {
  const profile = aProfile((agency) => {
    agency.step2.choices = { agency_clients: "Клиенты", agency_gone: "Прежняя услуга" };
  });
  assert.equal(chosenText(profile, "agency_clients", "борт"), "Клиенты");
  assert.equal(chosenText(profile, "agency_website", "борт"), "Создать сайт");
});

Deno.test("a press on a button that is gone asks for the button's label", () => {
  const profile = aProfile((agency) => agency.step2.choices = { agency_gone: "Прежняя услуга" });
  assert.equal(chosenText(profile, "agency_gone", "Ролик"), "Ролик");
  assert.equal(chosenText(profile, "agency_gone", undefined), "Прежняя услуга");
  assert.equal(chosenText(profile, "agency_never", undefined), undefined);
  assert.equal(chosenText(profile, "constructor", undefined), undefined);
});

// — What the CRM reads —

Deno.test("a lead's POST has exactly the keys that the CRM's integration reads", () => {
  const visitor = aVisitor({ lastName: "Ivanov" });
  assert.deepEqual(crmPayload(aLead({ visitor })), {
    lead_name: "Новый лид с Telegram: MONSTER AGENCY",
    contact: { name: "Galliard Ivanov", username: "@betterrman" },
    source: "Telegram Bot",
    request_details: "Привлечь клиентов",
  });
});

Deno.test("a visitor without a username is id<number> to the CRM", () => {
  assert.equal(contact(aVisitor({ userId: 42, username: null })), "id42");
});

Deno.test("a name is first and last name joined by a space, literally", () => {
  assert.equal(fullName(aVisitor({ firstName: " Anna\n", lastName: "Li " })), " Anna\n Li ");
  assert.equal(fullName(aVisitor({ firstName: "Anna", lastName: null })), "Anna");
});

// — Follow-ups —

const TEMPLATE = "Дополнение от @{username}:\n{message}";

function partsOf(
  content: Partial<FollowUpContent>,
  { visitor = aVisitor(), messageIds = [4], template = TEMPLATE } = {},
) {
  return followUpParts(aFollowUp({ messageIds, content: someContent(content) }), visitor, template);
}

const PHOTO = { text: "", media: "🖼 фото", captionable: true } as const;

Deno.test("a follow-up's text stands in the profile's template with the sender named", () => {
  assert.deepEqual(partsOf({ text: "https://example.com" }), [{
    kind: "text",
    message: { text: "Дополнение от @betterrman:\nhttps://example.com", entities: [] },
  }]);
});

Deno.test("a template may name the sender without @", () => {
  const [part] = partsOf({ text: "да" }, { template: "{username}: {message} ({username})" });
  assert.ok(part?.kind === "text");
  assert.equal(part.message.text, "betterrman: да (betterrman)");
});

Deno.test("a sender without a username is mentioned by id in place of @ and name", () => {
  const visitor = aVisitor({ userId: 42, username: null });
  const [part] = partsOf({ text: "да" }, { visitor });
  assert.ok(part?.kind === "text");
  assert.deepEqual(part.message, {
    text: "Дополнение от id42:\nда",
    entities: [{
      type: "text_mention",
      offset: 14,
      length: 4,
      user: { id: 42, first_name: "Galliard", is_bot: false },
    }],
  });
});

Deno.test("a follow-up keeps its formatting and hidden links, moved to their place", () => {
  const entities = [{ type: "text_link", offset: 0, length: 4, url: "https://example.com/" }];
  const [part] = partsOf({ text: "сайт наш", entities });
  assert.ok(part?.kind === "text");
  assert.deepEqual(
    part.message.entities.map((entity) => [entity.type, covered(part.message, entity)]),
    [
      ["text_link", "сайт"],
    ],
  );
});

Deno.test("a placeholder that a visitor typed stays as typed", () => {
  const [part] = partsOf({ text: "{username} {message} $&" });
  assert.ok(part?.kind === "text");
  assert.equal(part.message.text, "Дополнение от @betterrman:\n{username} {message} $&");
});

Deno.test("a follow-up whose profile is gone has the default template", () => {
  const [part] = followUpParts(aFollowUp({ content: someContent({ text: "да" }) }), aVisitor());
  assert.ok(part?.kind === "text");
  assert.equal(part.message.text, "📎 Дополнение от @betterrman:\n\nда");
});

Deno.test("a text fits into one message up to 4096 units, and follows its announcement beyond", () => {
  const room = 4096 - "Дополнение от @betterrman:\n".length;
  const whole = partsOf({ text: "x".repeat(room) });
  assert.equal(whole.length, 1);
  const parted = partsOf({ text: "x".repeat(room + 1) });
  assert.deepEqual(parted, [
    {
      kind: "text",
      message: { text: "Дополнение от @betterrman:\nдлинное сообщение 👇", entities: [] },
    },
    { kind: "text", message: { text: "x".repeat(room + 1), entities: [] } },
  ]);
});

Deno.test("a photo is copied with the template around its caption", () => {
  assert.deepEqual(partsOf({ ...PHOTO, text: "наш офис" }), [{
    kind: "copy",
    caption: { text: "Дополнение от @betterrman:\nнаш офис", entities: [] },
  }]);
});

Deno.test("a photo without a caption is copied under its kind", () => {
  assert.deepEqual(partsOf(PHOTO), [{
    kind: "copy",
    caption: { text: "Дополнение от @betterrman:\n🖼 фото", entities: [] },
  }]);
});

Deno.test("a caption holds the template up to 1024 units, and is announced beyond", () => {
  const room = 1024 - "Дополнение от @betterrman:\n".length;
  assert.equal(partsOf({ ...PHOTO, text: "x".repeat(room) }).length, 1);
  assert.deepEqual(partsOf({ ...PHOTO, text: "x".repeat(room + 1) }), [
    { kind: "text", message: { text: "Дополнение от @betterrman:\n🖼 фото 👇", entities: [] } },
    { kind: "copy", caption: null },
  ]);
});

Deno.test("media that can have no caption is announced, then copied", () => {
  assert.deepEqual(partsOf({ text: "", media: "🎬 видеосообщение", captionable: false }), [
    {
      kind: "text",
      message: { text: "Дополнение от @betterrman:\n🎬 видеосообщение 👇", entities: [] },
    },
    { kind: "copy", caption: null },
  ]);
});

Deno.test("an album is announced with its size, then copied whole", () => {
  assert.deepEqual(partsOf({ ...PHOTO, text: "офис" }, { messageIds: [4, 5, 6] }), [
    {
      kind: "text",
      message: { text: "Дополнение от @betterrman:\nальбом, файлов: 3 👇", entities: [] },
    },
    { kind: "copy", caption: null },
  ]);
});

// — What could not be shown —

function noteOf(
  content: Partial<FollowUpContent>,
  { visitor = aVisitor(), albumFiles = null as number | null, advise = false } = {},
) {
  const lead = aLead({ visitor });
  return undeliverableNote({ content: someContent(content), albumFiles, lead, advise });
}

const NAMED = "\nОт: @betterrman (id310452007), профиль: MONSTER AGENCY";

Deno.test("a message that Telegram refuses is named with its sender, profile and words", () => {
  const alone = `⚠️ Не удалось переслать: 🖼 фото.${NAMED}`;
  assert.equal(noteOf(PHOTO).alone.text, alone);
  assert.equal(noteOf(PHOTO).withWords, null);
  const note = noteOf({ ...PHOTO, text: "офис" });
  assert.equal(note.alone.text, alone);
  assert.equal(note.withWords?.text, `${alone}\n\nофис`);
});

Deno.test("a sender without a username is mentioned by id where something could not be shown", () => {
  const { alone } = noteOf(PHOTO, { visitor: aVisitor({ userId: 42, username: null }) });
  assert.match(alone.text, /\nОт: id42, профиль/);
  assert.deepEqual(alone.entities.map((each) => [each.type, covered(alone, each)]), [
    ["text_mention", "id42"],
  ]);
});

Deno.test("the words of what could not be shown go by themselves where one message does not hold both", () => {
  const room = 4096 - `⚠️ Не удалось переслать: 🖼 фото.${NAMED}\n\n`.length;
  assert.equal(noteOf({ ...PHOTO, text: "x".repeat(room) }).withWords?.text.length, 4096);
  assert.equal(noteOf({ ...PHOTO, text: "x".repeat(room + 1) }).withWords, null);
  const pieces = wordsInPieces(someContent({ text: "🙂".repeat(5000) }));
  assert.equal(pieces.map(({ text }) => text).join(""), "🙂".repeat(5000));
  for (const piece of pieces) assertSendable(piece);
});

Deno.test("the messages of an album that Telegram will not copy are counted", () => {
  const { text } = noteOf(PHOTO, { albumFiles: 3 }).alone;
  assert.equal(text, `⚠️ Не удалось переслать: файлов альбома: 3.${NAMED}`);
});

Deno.test("the advice tells what the bot has to be permitted", () => {
  const voice = { text: "", media: "🎤 голосовое сообщение", captionable: true };
  const advice = "\n\nРазрешите боту отправлять голосовые сообщения в этом чате, " +
    "если они здесь запрещены.";
  assert.ok(noteOf(voice, { advise: true }).alone.text.endsWith(advice));
  assert.match(noteOf({ ...voice, media: "📦 вложение" }, { advise: true }).alone.text, /вложения/);
});

// — Edits —

function editOf(content: Partial<FollowUpContent>, newFile = false, template = TEMPLATE) {
  const edit = { first: null, newFile };
  return editParts({ content: someContent(content), edit }, aVisitor(), template);
}

Deno.test("an edit says the new words, and names the sender where it cannot be a reply", () => {
  assert.deepEqual(editOf({ text: "+7 999" }), [{
    kind: "text",
    message: { text: "✏️ Исправлено: +7 999", entities: [] },
    alone: { text: "Дополнение от @betterrman:\n✏️ Исправлено: +7 999", entities: [] },
  }]);
});

Deno.test("an edit that is too long is announced, and one without words says what it is about", () => {
  const [announced, words] = editOf({ text: "x".repeat(4096) });
  assert.ok(announced?.kind === "text" && words?.kind === "text");
  assert.equal(announced.message.text, "✏️ Исправлено: длинное сообщение 👇");
  assert.equal(words.message.text, "x".repeat(4096));
  const [bare] = editOf(PHOTO);
  assert.ok(bare?.kind === "text");
  assert.equal(bare.message.text, "✏️ Исправлено: 🖼 фото без подписи");
});

Deno.test("an edit that put another file into the message copies it anew", () => {
  const [copy] = editOf({ ...PHOTO, text: "новый план" }, true);
  assert.ok(copy?.kind === "copy");
  assert.equal(copy.caption?.text, "✏️ Исправлено: новый план");
  const parts = editOf({ text: "", media: "📦 вложение", captionable: false }, true);
  assert.deepEqual(parts.map(({ kind }) => kind), ["text", "copy"]);
});

Deno.test("any edit under any template is taken by Telegram", () => {
  fc.assert(
    fc.property(messages, templates, fc.boolean(), fc.boolean(), (words, template, ...is) => {
      const [isPhoto, newFile] = is;
      const content = isPhoto ? { ...PHOTO, ...words } : words;
      for (const part of editOf(content, newFile && isPhoto, template)) {
        const shown = part.kind === "text" ? part.message : part.caption;
        const kind = part.kind === "text" ? "text" : "caption";
        for (const each of [shown, part.alone ?? null]) {
          if (each !== null) assertSendable(each, kind);
        }
      }
    }),
  );
});

// — Any input —

/** Text as Telegram hands it over: any characters, none of them half. */
function anyText(maxLength: number, minLength = 0) {
  return fc.string({ unit: "binary", minLength, maxLength, size: "max" }).filter((text) =>
    text.length <= maxLength
  );
}

/** Text that Telegram takes for a message: there is something to see. */
function visibleText(maxLength: number) {
  return anyText(maxLength, 1).filter(isVisible);
}

function isVisible(text: string): boolean {
  // deno-lint-ignore no-control-regex -- Telegram turns control characters into spaces
  return text.replace(/[\0-\x1f]/g, " ").trim() !== "";
}

const visitors = fc.record({
  userId: fc.integer({ min: 1, max: 2 ** 52 }),
  username: fc.option(fc.stringMatching(/^[A-Za-z]\w{3,31}$/)),
  firstName: anyText(400),
  lastName: fc.option(anyText(400)),
  language: fc.constant(null),
});

const messages = fc.tuple(visibleText(LIMITS.text), fc.array(fc.nat(LIMITS.text), { maxLength: 8 }))
  .map(([text, cuts]) => ({ text, entities: entitiesBetween(text, cuts) }));

/** Formatting as Telegram hands it over: whole characters, side by side, one around all of them. */
function entitiesBetween(text: string, cuts: readonly number[]): MessageEntity[] {
  const places = [...new Set(cuts.filter((cut) => cut <= text.length))].toSorted((a, b) => a - b)
    .filter((cut) => cut === text.length || text.slice(cut).isWellFormed());
  const types = ["bold", "italic", "text_link", "text_mention"] as const;
  const inner = places.slice(1).map((end, index): MessageEntity => {
    const offset = places[index] ?? 0;
    const place = { offset, length: end - offset };
    const type = types[index % types.length] ?? "bold";
    if (type === "text_link") return { type, ...place, url: "https://example.com/" };
    if (type === "text_mention") return { type, ...place, user: userOf(7) };
    return { type, ...place };
  });
  // Telegram keeps no formatting of spaces alone.
  const seen = inner.filter(({ offset, length }) => isVisible(text.slice(offset, offset + length)));
  return [{ type: "underline", offset: 0, length: text.length }, ...seen];
}

const templates = fc.tuple(anyText(2000), anyText(200), anyText(2000), fc.boolean()).map((
  [before, between, after, named],
) => `${before}${named ? "@" : ""}{username}${between}{message}${after}`);

function userOf(id: number): User {
  return { id, is_bot: false, first_name: "Somebody" };
}

/** Fails where Telegram would refuse the message, or show half a character. */
function assertSendable({ text, entities }: Formatted, kind: "text" | "caption" = "text"): void {
  assert.ok(text.isWellFormed(), "half a character");
  const raw = { text, entities };
  const { entities: shown } = (kind === "text" ? formatText : formatCaption)(raw, userOf);
  for (const { type } of entities) assert.ok(shown.some((each) => each.type === type), type);
}

Deno.test("any visitor and any choice make a card that Telegram takes", () => {
  fc.assert(fc.property(visitors, anyText(2000), anyText(300), (visitor, choice, profileName) => {
    const lead = aLead({ visitor, choice, profileName });
    assertSendable(card(lead, "crm_failed"));
    assertSendable(card(lead, "no_webhook"));
  }));
});

Deno.test("any choice makes a confirmation that Telegram takes", () => {
  fc.assert(fc.property(anyText(5000), anyText(3000), (choice, around) => {
    const template = `✅${around}{choice}${around}`;
    const profile = { ...aProfile(), confirmationTemplate: template };
    assertSendable({ text: confirmation(profile, choice), entities: [] });
  }));
});

Deno.test("any visitor and any message make a follow-up that Telegram takes, complete", () => {
  fc.assert(fc.property(visitors, messages, (visitor, { text, entities }) => {
    const parts = partsOf({ text, entities }, { visitor });
    for (const part of parts) {
      assert.ok(part.kind === "text");
      assertSendable(part.message);
    }
    const last = parts.at(-1);
    assert.ok(last?.kind === "text" && last.message.text.endsWith(text));
  }));
});

Deno.test("any media with any caption makes a follow-up that Telegram takes, complete", () => {
  const ids = fc.integer({ min: 1, max: 10 }).map((count) =>
    Array.from({ length: count }, (_, index) => index + 1)
  );
  const captions = fc.option(messages, { nil: { text: "", entities: [] } });
  fc.assert(
    fc.property(visitors, captions, ids, fc.boolean(), (visitor, caption, messageIds, can) => {
      const content = someContent({ ...caption, media: "🖼 фото", captionable: can });
      const parts = partsOf(content, { visitor, messageIds });
      for (const part of parts) {
        if (part.kind === "text") assertSendable(part.message);
        else if (part.caption !== null) assertSendable(part.caption, "caption");
      }
      const copy = parts.at(-1);
      assert.ok(copy?.kind === "copy");
      assert.ok(copy.caption === null || copy.caption.text.includes(caption.text));
      const note = undeliverableNote({ content, albumFiles: null, lead: aLead(), advise: true });
      assertSendable(note.alone);
      if (note.withWords !== null) assertSendable(note.withWords);
    }),
  );
});

Deno.test("any template makes a follow-up that Telegram takes", () => {
  fc.assert(fc.property(visitors, messages, templates, (visitor, { text, entities }, template) => {
    for (const part of partsOf({ text, entities }, { visitor, template })) {
      assert.ok(part.kind === "text");
      assertSendable(part.message);
    }
  }));
});

Deno.test("an announcement that is cut at Telegram's limit does not end in half a character", () => {
  const template = `@{username}{message}${"🔥".repeat(2036)}x`;
  const [announcement] = partsOf({ text: "да".repeat(40) }, { template });
  assert.ok(announcement?.kind === "text");
  assertSendable(announcement.message);
});

Deno.test("a draft's mark takes no uploaded photo away: where both do not fit it is left out", () => {
  const marked = (length: number) =>
    withDraftMark(aProfile(({ step1 }) => {
      Object.assign(step1, { photo_url: "", photo_file: "a.jpg", caption: "x".repeat(length) });
    }));
  const most = 1024 - DRAFT_MARK.length - 2;
  assert.equal(marked(most)?.caption.length, 1024);
  assert.equal(marked(most + 1), undefined);
});
