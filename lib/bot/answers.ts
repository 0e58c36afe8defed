// Managers' replies in their chat become answers to visitors, or notes. Everything else that they write there goes nowhere.

import { Composer, type Context } from "grammy";
import type { Message } from "grammy/types";
import type { Answers } from "../delivery/answers.ts";
import { isId } from "../foreign.ts";
import type { Journal } from "../journal/journal.ts";
import type { Lead, MessageAddress } from "../lead.ts";
import {
  CHOICE_TOASTS,
  CHOOSE,
  NO_SUCH_COMMAND,
  NOTE_HOW,
  readChoice,
} from "../managers/answer_texts.ts";
import type { ShownWords } from "../managers/shown_words.ts";
import { PRESS, readPressedLead } from "../managers/texts.ts";
import { describeError } from "../telegram/failures.ts";
import { type AdminDeps, answerPress, inManagersChat, managerOf, reply } from "./admin.ts";
import { answerContentOf } from "./answer_content.ts";
import { isContent } from "./content.ts";

export interface AnswerDeps extends AdminDeps {
  readonly answers: Pick<Answers, "receive" | "receiveEdit" | "choose">;
  readonly journal: Pick<Journal, "findLead" | "findAnswer" | "leadsAt" | "rememberAbout">;
  readonly shownWords: Pick<ShownWords, "leadOf">;
}

/** What managers write in their chat. */
export function answerMessages(deps: AnswerDeps): Composer<Context> {
  const { composer, chat } = inManagersChat(deps);
  chat.on(["message", "channel_post"], async (ctx, next) => {
    const message: Message = ctx.msg;
    const target = targetOf(message);
    const album: unknown = message.media_group_id;
    const albumId = typeof album === "string" ? album : null;
    if (target === null && albumId === null) return await next();
    if (!isWritten(message)) return await next();
    if (target !== null) await recognise(ctx, message, target, deps);
    const command = commandIn(message);
    if (command?.bot !== undefined && command.bot !== ctx.me.username.toLowerCase()) {
      return await next();
    }
    if (command !== undefined && command.name !== NOTE) {
      if (target === null || (await deps.journal.leadsAt(target)).length === 0) return await next();
      return await answerTo(ctx, message, NO_SUCH_COMMAND);
    }
    const { kind, content } = readWords(message);
    const isEmptyNote = kind === "note" && content.text === "" && content.media === null;
    const recorded = isEmptyNote ? { kind: "nobody" } as const : await deps.answers.receive({
      kind,
      chatId: message.chat.id,
      messageId: message.message_id,
      albumId,
      by: writerOf(ctx, message),
      target,
      content,
    });
    if (recorded.kind !== "nobody") return;
    if (kind === "note") await answerTo(ctx, message, NOTE_HOW);
    else if (message.reply_to_message?.from?.id === ctx.me.id) await shrug(ctx, deps);
    else await next();
  });
  return composer;
}

/** What managers make of it later. */
export function answerEdits(deps: AnswerDeps): Composer<Context> {
  const { composer, chat } = inManagersChat(deps);
  chat.on(["edited_message", "edited_channel_post"], async (ctx, next) => {
    const message: Message = ctx.msg;
    const editedAtS: unknown = message.edit_date;
    const command = commandIn(message);
    if (command !== undefined && command.name !== NOTE) return await next();
    const recorded = await deps.answers.receiveEdit({
      ...readWords(message),
      chatId: message.chat.id,
      messageId: message.message_id,
      editedAtS: Number.isSafeInteger(editedAtS) ? Number(editedAtS) : null,
    });
    if (recorded === "unknown") await next(); // A manager's private chat may be the managers' chat.
  });
  return composer;
}

/** The buttons that choose the lead of an answer. */
export function choicePresses(deps: AnswerDeps): Composer<Context> {
  const { composer, chat, scope } = inManagersChat(deps);
  chat.callbackQuery(
    CHOICE,
    (ctx) =>
      answerPress(ctx, deps, async () => {
        const { message, data } = ctx.callbackQuery;
        const choice = readChoice(data.slice(CHOOSE.length));
        if (choice === undefined || message === undefined) return CHOICE_TOASTS.unknown;
        const { answer, pressed } = choice;
        const asked = await deps.journal.findAnswer(answer);
        if (asked === undefined || !scope(ctx).isAt(asked.chatId)) return CHOICE_TOASTS.unknown;
        const lead = pressed === null ? null : await leadOf(pressed, deps.journal);
        if (lead === undefined) return CHOICE_TOASTS.unknown;
        const question = { chatId: message.chat.id, messageId: message.message_id };
        return CHOICE_TOASTS[await deps.answers.choose({ answer, lead, question })];
      }),
  );
  return composer;
}

/** As a reply to the message: others write meanwhile. */
async function answerTo(ctx: Context, { message_id }: Message, text: string): Promise<void> {
  await reply(ctx, text, { reply_parameters: { message_id, allow_sending_without_reply: true } });
}

/** A reply to a message of the bot's that is about no visitor is not sent; its writer should see that. */
async function shrug(ctx: Context, { log }: AnswerDeps): Promise<void> {
  await ctx.react("🤷").catch((error) => {
    log.debug("Реакцию не поставить: {cause}", { cause: describeError(error) });
  });
}

const NOTE = "note";

/**
 * A card or a visitor's message that was shown twice, because a crash or a lost answer hid the first showing, is known by its
 * second message alone. A card's buttons name its lead, a visitor's message has the words of the second one; the bot's own message
 * cannot be forged.
 */
async function recognise(
  ctx: Context,
  { reply_to_message: card }: Message,
  target: MessageAddress,
  { journal, shownWords, scopeOf }: AnswerDeps,
): Promise<void> {
  if (card?.from?.id !== ctx.me.id || (await journal.leadsAt(target)).length > 0) return;
  const buttons = card.reply_markup?.inline_keyboard.flat() ?? [];
  const named = buttons.flatMap((button) => {
    const data: unknown = "callback_data" in button ? button.callback_data : undefined;
    if (typeof data !== "string" || !data.startsWith(PRESS.byHand)) return [];
    return [data.slice(PRESS.byHand.length)];
  });
  if (named.length > 1) return;
  const number = buttons.length > 0
    ? await leadOf(named[0] ?? "", journal)
    : shownWords.leadOf(card.text ?? card.caption ?? "");
  const lead = number === undefined ? undefined : await journal.findLead(number);
  if (lead === undefined) return;
  if (scopeOf(target.chatId)?.has(lead)) await journal.rememberAbout(lead.number, [target]);
}

/** `CHOOSE` at the beginning. */
const CHOICE = /^to:/;

/** The lead that a button names; undefined if the bot never made such a button. */
export async function leadOf(
  pressed: string,
  journal: Pick<Journal, "findLead">,
): Promise<number | undefined> {
  const named = readPressedLead(pressed);
  const lead = named && await journal.findLead(named.number);
  return named !== undefined && lead?.id.startsWith(named.idStart) ? lead.number : undefined;
}

/** The leads that the message which a manager replies to is about, the newest of each visitor. */
export async function leadsOfReply(
  ctx: Context,
  message: Message,
  deps: AnswerDeps,
): Promise<Lead[]> {
  const target = targetOf(message);
  if (target === null) return [];
  await recognise(ctx, message, target, deps);
  return await deps.journal.leadsAt(target);
}

function targetOf({ reply_to_message: target }: Message): MessageAddress | null {
  if (target === undefined || !isId(target.chat?.id)) return null;
  return { chatId: target.chat.id, messageId: target.message_id };
}

/** Whether a person wrote it: no service message, and no other bot's, unless a person writes as the group or a channel. */
function isWritten(message: Message): boolean {
  const isBots = message.from?.is_bot === true && message.sender_chat === undefined;
  return !isBots && isContent(message);
}

/** Who wrote it, as the journal and the page name them. */
export function writerOf(ctx: Context, { author_signature, sender_chat }: Message): string {
  const title: unknown = author_signature ?? sender_chat?.title;
  if (typeof title === "string" && title !== "") return title.slice(0, 64).toWellFormed();
  return ctx.from === undefined ? "чат менеджеров" : managerOf(ctx);
}

interface Command {
  /** In lower case, without the slash. */
  readonly name: string;
  /** The bot that it names. */
  readonly bot: string | undefined;
  readonly length: number;
}

/**
 * What a text or caption begins with, if that is a command. Wider than Telegram's own (https://core.telegram.org/bots/features#commands):
 * `/note: …` and `/заметка …` are meant for the bot, and must not reach the visitor.
 */
function commandIn({ text, caption }: Message): Command | undefined {
  const words: unknown = text ?? caption;
  const found = typeof words === "string" ? COMMAND.exec(words) : null;
  const [whole, name, bot] = found ?? [];
  if (whole === undefined || name === undefined) return undefined;
  return { name: name.toLowerCase(), bot: bot?.toLowerCase(), length: whole.length };
}

/** Two slashes are a path. */
const COMMAND = /^\/([\p{L}\p{N}_]{1,64})(?:@(\w{1,64}))?(?![\p{L}\p{N}_/])/u;

/** What may stand between `/note` and its text. */
const AFTER_NOTE = /^[:,.;]+/;

function readWords(message: Message) {
  const content = answerContentOf(message);
  const command = commandIn(message);
  if (command?.name !== NOTE) return { kind: "answer", content } as const;
  const text = content.text.slice(command.length).replace(AFTER_NOTE, "").trim();
  return { kind: "note", content: { ...content, text, entities: [] } } as const;
}
