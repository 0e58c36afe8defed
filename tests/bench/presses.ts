// The presses of one bot's session, as updates, and what happened to each. Knows no HTTP.

/** The button that every visitor presses: the first of the shipped agency. */
const CHOICE = { text: "Привлечь клиентов", data: "agency_clients" };

const BUTTONS = [
  CHOICE,
  { text: "Создать сайт", data: "agency_website" },
  { text: "Бренд и упаковка", data: "agency_brand" },
  { text: "Обсудить другую задачу", data: "agency_other" },
];

const MENU_TEXT = "🔥 MONSTER AGENCY — маркетинг, который приводит клиентов.\n\n" +
  "Стратегия, реклама и сайты под ключ. Сначала разбираемся в вашем бизнесе, потом предлагаем " +
  "решение.\n\n👇 Что для вас сейчас главное?";

/** Ids of visitors and chats lie above this, spread wide, so that neighbours in time are far apart in an index. */
export const FIRST_CHAT_ID = 5_000_000_000;

/** Spreads numbers over 32 bits without collision; the other factor reverses it. */
export const SPREAD = 2_654_435_761;
const GATHER = 244_002_641;

const MENU_MESSAGE_ID = 7;

/** When a press was sent and what followed, in ms of `performance.now()`. */
export interface Press {
  readonly number: number;
  pressedAtMs: number;
  confirmedAtMs?: number;
  answeredAtMs?: number;
  postedAtMs?: number;
}

type Event = "confirmedAtMs" | "answeredAtMs" | "postedAtMs";

/** The fields of a posted lead that are read. */
export interface PostedLead {
  readonly contact?: { readonly username?: unknown };
  readonly request_details?: unknown;
}

/** All presses of a session, found by the bot's calls. */
export class Presses {
  /** Calls that belong to no press, are wrong, or came twice. */
  readonly faults: string[] = [];
  readonly #presses: Press[] = [];
  #owed = 0;
  #whenDone: (() => void) | undefined;

  /** Adds presses of as many new visitors. */
  add(count: number): Press[] {
    const first = this.#presses.length;
    const added = Array.from(
      { length: count },
      (_, index): Press => ({ number: first + index, pressedAtMs: 0 }),
    );
    this.#presses.push(...added);
    this.#owed += 3 * count;
    return added;
  }

  /** A menu was edited into the confirmation. */
  confirmed(chatId: unknown, text: unknown): void {
    if (!isConfirmation(text)) {
      this.faults.push(`a confirmation says ${JSON.stringify(text)}`);
    }
    this.#note(numberOf(Number(chatId)), "confirmedAtMs");
  }

  /** A press was answered. */
  answered(queryId: unknown): void {
    this.#note(Number(queryId), "answeredAtMs");
  }

  /** A lead reached the CRM. */
  posted(lead: PostedLead): void {
    if (lead.request_details !== CHOICE.text) {
      this.faults.push(`a lead asks for ${JSON.stringify(lead.request_details)}`);
    }
    this.#note(numberOfLead(lead), "postedAtMs");
  }

  /** Resolves when every press is confirmed, answered and posted. */
  async done(): Promise<void> {
    if (this.#owed > 0) await new Promise<void>((resolve) => this.#whenDone = resolve);
  }

  /** What is still missing, in words. */
  describe(): string {
    const without = (event: Event) =>
      this.#presses.filter((press) => press[event] === undefined).length;
    return `of ${this.#presses.length} presses ${without("confirmedAtMs")} are not confirmed, ` +
      `${without("answeredAtMs")} not answered, ${without("postedAtMs")} not posted`;
  }

  #note(number: number, event: Event): void {
    const press = this.#presses[number];
    if (press === undefined || press[event] !== undefined) {
      this.faults.push(`${event} of press ${number} came ${press ? "twice" : "out of nowhere"}`);
      return;
    }
    press[event] = performance.now();
    if (--this.#owed === 0) this.#whenDone?.();
  }
}

/** Whether a text is the confirmation. */
export function isConfirmation(text: unknown): boolean {
  return typeof text === "string" && text.startsWith(`✅ Принято: ${CHOICE.text}.`);
}

/** A press as the bot gets it (https://core.telegram.org/bots/api#callbackquery). */
export function pressUpdate({ number }: Press): object {
  const from = visitor(number);
  const { id, is_bot, first_name, username } = BOT;
  return {
    callback_query: {
      id: String(number),
      from,
      message: {
        message_id: MENU_MESSAGE_ID,
        from: { id, is_bot, first_name, username },
        chat: privateChat(from),
        date: dateNow(),
        text: MENU_TEXT,
        reply_markup: {
          inline_keyboard: BUTTONS.map(({ text, data }) => [{ text, callback_data: data }]),
        },
      },
      chat_instance: String(-8_191 * number),
      data: CHOICE.data,
    },
  };
}

/** A visitor's `/start agency` (https://core.telegram.org/bots/api#message). */
export function startUpdate(number: number): object {
  const entities = [{ offset: 0, length: 6, type: "bot_command" }];
  return { message: { ...written(number, 1), text: "/start agency", entities } };
}

/** A visitor's message after a press. */
export function textUpdate(number: number, text: string): object {
  return { message: { ...written(number, MENU_MESSAGE_ID + 1), text } };
}

function written(number: number, messageId: number) {
  const from = visitor(number);
  return { message_id: messageId, from, chat: privateChat(from), date: dateNow() };
}

/** The answer to a message that was sent or edited. */
export function sentMessage(chatId: unknown, text: unknown): object {
  return {
    message_id: MENU_MESSAGE_ID,
    from: BOT,
    chat: { id: Number(chatId), first_name: "Visitor", type: "private" },
    date: dateNow(),
    text,
  };
}

export function chatIdOf(number: number): number {
  return FIRST_CHAT_ID + 2 * (Math.imul(number, SPREAD) >>> 0);
}

/** The visitor's number in the id of their chat. */
export function numberOf(chatId: number): number {
  return Math.imul((chatId - FIRST_CHAT_ID) / 2, GATHER) >>> 0;
}

export const BOT = {
  id: 987654321,
  is_bot: true,
  first_name: "Triborg",
  username: "triborg_bench_bot",
  can_join_groups: true,
  can_read_all_group_messages: false,
  supports_inline_queries: false,
};

/** The visitor's number in a posted lead; NaN when there is none. */
export function numberOfLead({ contact }: PostedLead): number {
  return Number(String(contact?.username).replace("@visitor_", ""));
}

function visitor(number: number) {
  return {
    id: chatIdOf(number),
    is_bot: false,
    first_name: "Visitor",
    last_name: `No. ${number}`,
    username: `visitor_${number}`,
    language_code: "ru",
  };
}

function privateChat({ id, first_name, last_name, username }: ReturnType<typeof visitor>) {
  return { id, first_name, last_name, username, type: "private" };
}

function dateNow(): number {
  return Math.floor(Date.now() / 1000);
}
