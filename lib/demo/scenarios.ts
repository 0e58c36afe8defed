// The demo's scenarios, played by a visitor against the running bot. Each returns what was seen on every side, and
// which promises held.

import type { AmoCrm, AmoDeal } from "../simulator/crm/amocrm.ts";
import type { CrmServer } from "../simulator/crm/server.ts";
import type { Destination } from "./demo_profiles.ts";
import type { JsonObject } from "../simulator/telegram/params.ts";
import type { Group, SimMessage, TelegramServer } from "../simulator/telegram/server.ts";

/** Where a scenario is played: the simulated servers and the bot's log. */
export interface Stage {
  readonly telegram: TelegramServer;
  readonly crm: CrmServer;
  readonly amo: AmoCrm;
  readonly admin: Group;
  /** Sends the leads of all profiles there from now on. */
  connect(destination: Destination): Promise<void>;
  /** The log's lines so far. */
  readonly lines: readonly string[];
  /** The next log line with this beginning; undefined if none comes within 5 s. */
  nextLine(beginning: string): Promise<string | undefined>;
}

/** One line of a scenario's transcript. */
export interface Told {
  readonly side: "Посетитель" | "CRM" | "AmoCRM" | "Чат менеджеров" | "Лог бота";
  readonly what: string;
}

/** A promise and whether it held. */
export interface Checked {
  readonly promise: string;
  readonly held: boolean;
}

/** A scenario that can be played. */
export interface Scenario {
  readonly title: string;
  play(
    stage: Stage,
  ): Promise<{ readonly told: readonly Told[]; readonly checked: readonly Checked[] }>;
}

const CHOICE = "Привлечь клиентов";

const CONFIRMATION = `✅ Принято: ${CHOICE}.

👤 Наш стратег свяжется с вами в Telegram в ближайшее время.

💡 Чтобы ускорить процесс, отправьте ссылку на ваш текущий сайт или соцсеть.`;

const CARD = `⚠️ [FALLBACK - CRM НЕДОСТУПНА] ⚠️

🔥 НОВЫЙ ЛИД: MONSTER AGENCY 🔥

❗️ Важно: Этот лид НЕ был создан в AmoCRM автоматически.
Требуется ручное внесение.

--- ДАННЫЕ ДЛЯ CRM ---
Запрос: ${CHOICE}
Контакт (авто): @betterrman
Имя: Galliard
--------------------------

Задача:
1. Внести лид в AmoCRM вручную.
2. Связаться с клиентом в Telegram.`;

const FALLBACK_LINE =
  "⚠️ Fallback: Лид отправлен в Telegram для ручного внесения. Профиль: agency, Username: @betterrman";

/** All scenarios, in the transcript's order. */
export const SCENARIOS: readonly Scenario[] = [
  {
    title: "Всё хорошо: CRM доступна",
    async play(stage) {
      const scene = openScene(stage);
      stage.crm.behave({ kind: "answer" });
      await scene.visitorChooses();
      await scene.crmReceives();
      await scene.logSays("✅ Лид успешно отправлен в AmoCRM. Статус: 200");
      scene.adminChatIsSilent();
      await scene.visitorFollowsUp("https://example.com");
      return scene;
    },
  },
  {
    title: "CRM недоступна: сервер остановлен",
    async play(stage) {
      const scene = openScene(stage);
      await stage.crm.down();
      await scene.visitorChooses();
      await scene.adminChatShowsCard();
      await scene.logSays("❌ CRM-сервер недоступен (ошибка соединения): Cannot connect to host");
      await scene.logSays(FALLBACK_LINE);
      await stage.crm.up();
      return scene;
    },
  },
  {
    title: "CRM вернула ошибку: HTTP 500",
    async play(stage) {
      const scene = openScene(stage);
      stage.crm.behave({ kind: "answer", status: 500, body: "Internal Server Error" });
      await scene.visitorChooses();
      await scene.crmReceives();
      await scene.adminChatShowsCard();
      await scene.logSays("❌ Ошибка отправки в AmoCRM. Статус: 500, Ответ: Internal Server Error");
      await scene.logSays(FALLBACK_LINE);
      return scene;
    },
  },
  {
    title: "Таймаут: CRM молчит",
    async play(stage) {
      const scene = openScene(stage);
      stage.crm.behave({ kind: "silent" });
      await scene.visitorChooses();
      await scene.crmReceives();
      await scene.adminChatShowsCard();
      await scene.logSays("❌ Таймаут при отправке в AmoCRM (>1s)");
      await scene.logSays(FALLBACK_LINE);
      return scene;
    },
  },
  {
    title: "Критическая ситуация: не отвечает и чат менеджеров",
    async play(stage) {
      const scene = openScene(stage);
      stage.crm.behave({ kind: "answer", status: 503, body: "Service Unavailable" });
      stage.admin.kickBot();
      scene.tell("Чат менеджеров", "бота удалили из чата");
      await scene.visitorChooses();
      await scene.logSays("❌ КРИТИЧЕСКАЯ ОШИБКА: Не удалось отправить fallback в Telegram:");
      stage.admin.addBot();
      scene.tell("Чат менеджеров", "бота вернули");
      await scene.adminChatShowsCard();
      await scene.logSays(FALLBACK_LINE);
      return scene;
    },
  },
  {
    title: "Менеджер отвечает клиенту из чата",
    async play(stage) {
      const scene = openScene(stage);
      stage.crm.behave({ kind: "answer", status: 500, body: "Internal Server Error" });
      await scene.visitorChooses();
      const card = await scene.adminChatShowsCard();
      if (card !== undefined) await scene.managerAnswers(card, "Здравствуйте! Пришлите ваш сайт");
      await scene.logSays("💬 Ответ менеджера доставлен посетителю. Профиль: agency");
      stage.crm.behave({ kind: "answer" });
      return scene;
    },
  },
  {
    title: "AmoCRM напрямую: сделка с контактом и примечанием",
    async play(stage) {
      const scene = openScene(stage);
      await stage.connect("amocrm");
      await scene.visitorChooses();
      await scene.amoCrmHasDeal();
      await scene.logSays("✅ Лид успешно отправлен в AmoCRM. Статус: 200");
      scene.adminChatIsSilent();
      await stage.connect("webhook");
      return scene;
    },
  },
];

function openScene(stage: Stage) {
  const { telegram, crm, amo, admin } = stage;
  const told: Told[] = [];
  const checked: Checked[] = [];
  const visitor = telegram.user({ first_name: "Galliard", username: "betterrman" });
  const messagesBefore = admin.chat.messages.length;
  const linesBefore = stage.lines.length;

  function tell(side: Told["side"], what: string): void {
    told.push({ side, what });
  }

  function check(promise: string, held: boolean): void {
    checked.push({ promise, held });
  }

  async function seen<T>(event: Promise<T>): Promise<T | undefined> {
    return await event.catch(() => undefined);
  }

  return {
    told,
    checked,
    tell,

    async visitorChooses(): Promise<void> {
      visitor.start("agency");
      tell("Посетитель", `открывает t.me/${telegram.bot.username}?start=agency`);
      const menu = await seen(visitor.chat.nextMessage());
      if (menu === undefined) return check("посетитель видит приветствие", false);
      tell("Посетитель", `видит ${brief(menu)} и кнопки ${buttonsOf(menu)}`);
      const press = visitor.press(menu, CHOICE);
      tell("Посетитель", `нажимает «${CHOICE}»`);
      const confirmed = await seen(visitor.chat.waitFor((each) => wordsOf(each) === CONFIRMATION));
      if (confirmed) tell("Посетитель", `читает ${brief(confirmed)}`);
      check("посетитель сразу видит обычное подтверждение, слово в слово", confirmed !== undefined);
      check("нажатие отмечено", await seen(press.answered) !== undefined);
    },

    async crmReceives(): Promise<void> {
      const lead = await seen(crm.nextLead());
      if (lead) tell("CRM", `получает POST ${lead.rawBody}`);
      check(
        "CRM получила ровно один запрос",
        lead !== undefined && crm.byKey.get(lead.idempotencyKey ?? "") === 1,
      );
    },

    async amoCrmHasDeal(): Promise<void> {
      const deal = await seen(amo.nextDeal());
      if (deal) tell("AmoCRM", `сделка «${deal.name}», контакт ${deal.contact?.name}`);
      check("в AmoCRM появилась одна сделка с контактом", isWhole(deal, amo));
      const note = deal && await seen(amo.nextNote(({ dealId }) => dealId === deal.id));
      if (note) tell("AmoCRM", `примечание: ${note.text}`);
      check("запрос стоит примечанием к сделке", note?.text.includes(CHOICE) === true);
    },

    async logSays(beginning: string): Promise<void> {
      const line = stage.lines.slice(linesBefore).find((each) => each.startsWith(beginning)) ??
        await stage.nextLine(beginning);
      if (line !== undefined) tell("Лог бота", line);
      check(`в логе: ${beginning}`, line !== undefined);
    },

    adminChatIsSilent(): void {
      const silent = admin.chat.messages.length === messagesBefore;
      if (silent) tell("Чат менеджеров", "тишина");
      check("в чат менеджеров ничего не пришло", silent);
    },

    async adminChatShowsCard(): Promise<SimMessage | undefined> {
      const card = await seen(admin.chat.nextMessage());
      if (card) tell("Чат менеджеров", wordsOf(card));
      check(
        "в чате менеджеров карточка лида, слово в слово",
        card !== undefined && wordsOf(card) === CARD,
      );
      return card;
    },

    async managerAnswers(card: SimMessage, text: string): Promise<void> {
      const manager = admin.member({ first_name: "Мария", username: "maria" });
      const said = manager.reply(card, text);
      tell("Чат менеджеров", `@maria отвечает на карточку: ${text}`);
      const answer = await seen(visitor.chat.waitFor((each) => each.text === text));
      if (answer) tell("Посетитель", `читает ${brief(answer)}`);
      check("ответ менеджера пришёл посетителю от имени бота", answer !== undefined);
      const isOfAnswer = ({ params }: { params: JsonObject }) =>
        params["message_id"] === said.message_id;
      await seen(telegram.nextCall("setMessageReaction", isOfAnswer));
      const [reaction] = admin.chat.reaction(said.message_id);
      const marked = reaction?.type === "emoji" && reaction.emoji === "👍";
      if (marked) tell("Чат менеджеров", "👍 под ответом: дошло");
      check("менеджер видит, что ответ дошёл", marked);
      visitor.say("https://example.com");
      tell("Посетитель", "присылает https://example.com");
      const next = await seen(admin.chat.nextMessage());
      if (next) tell("Чат менеджеров", wordsOf(next));
      check(
        "слова посетителя пришли ответом на сообщение менеджера",
        next?.reply_to_message?.message_id === said.message_id,
      );
      await seen(visitor.chat.nextMessage());
    },

    async visitorFollowsUp(text: string): Promise<void> {
      visitor.say(text);
      tell("Посетитель", `присылает ${text}`);
      const followUp = await seen(admin.chat.nextMessage());
      if (followUp) tell("Чат менеджеров", wordsOf(followUp));
      const whole = followUp !== undefined && wordsOf(followUp).includes(text) &&
        wordsOf(followUp).includes("@betterrman");
      check("дополнение пришло в чат менеджеров, с именем", whole);
      const thanks = await seen(visitor.chat.nextMessage());
      if (thanks) tell("Посетитель", `читает ${brief(thanks)}`);
      check("посетителя поблагодарили", thanks !== undefined);
    },
  };
}

function isWhole(deal: AmoDeal | undefined, amo: AmoCrm): boolean {
  return deal?.contact?.name === "Galliard (@betterrman)" && amo.duplicates().length === 0;
}

function wordsOf(message: SimMessage): string {
  return message.text ?? message.caption ?? "";
}

function brief(message: SimMessage): string {
  const [first = ""] = wordsOf(message).split("\n");
  return `${message.photo === undefined ? "" : "фото и "}«${first}»`;
}

function buttonsOf(message: SimMessage): string {
  const rows = message.reply_markup?.inline_keyboard ?? [];
  return rows.flat().map(({ text }) => `[${text}]`).join(" ");
}
