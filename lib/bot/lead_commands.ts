// The commands that list leads in the managers' chat, and the buttons of their pages.

import type { Composer, Context } from "grammy";
import type { TellTime } from "../managers/texts.ts";
import {
  FIND_HOW,
  foundText,
  LEADS_PAGE,
  leadsText,
  NEWEST,
  readLeadsPage,
} from "../managers/lead_list_texts.ts";
import { describeError, failureOf } from "../telegram/failures.ts";
import { type AdminDeps, inManagersChat, reply } from "./admin.ts";
import { onCommand } from "./command.ts";
import { findLeads, leadsPage, type ListJournal, searchWords } from "./lead_lists.ts";
import { listOf } from "./scoped_lists.ts";

export interface LeadCommandDeps extends AdminDeps {
  readonly journal: ListJournal;
  readonly tellTime: TellTime;
  /** The page's public address; null where it has none. */
  readonly publicUrl: string | null;
  /** Resolves when others had their turn. */
  readonly pause: () => Promise<void>;
}

const NO_PREVIEW = { link_preview_options: { is_disabled: true } } as const;

/** `/leads` and `/find`. */
export function leadCommands(deps: LeadCommandDeps): Composer<Context> {
  const { journal, tellTime, publicUrl, pause } = deps;
  const { composer, chat, scope } = inManagersChat(deps);
  onCommand(chat, "leads", async (ctx) => {
    const page = await leadsPage(listOf(journal, scope(ctx)), "all", NEWEST);
    const { message, keyboard } = leadsText(page, tellTime);
    const { text, entities } = message;
    return reply(ctx, text, { entities, reply_markup: keyboard, ...NO_PREVIEW });
  });
  onCommand(chat, "find", async (ctx, argument) => {
    const words = searchWords(argument);
    if (words === "") return await reply(ctx, FIND_HOW);
    const found = await findLeads(listOf(journal, scope(ctx)), words, pause);
    const { text, entities } = foundText(words, found, publicUrl, tellTime);
    return await reply(ctx, text, { entities, ...NO_PREVIEW });
  });
  return composer;
}

/** The buttons of the pages of `/leads`. */
export function leadsPresses(deps: LeadCommandDeps): Composer<Context> {
  const { journal, tellTime, log } = deps;
  const { composer, chat, scope } = inManagersChat(deps);
  chat.callbackQuery(PAGE, async (ctx) => {
    const position = readLeadsPage(ctx.callbackQuery.data.slice(LEADS_PAGE.length));
    try {
      if (position === undefined) return;
      const page = await leadsPage(listOf(journal, scope(ctx)), position.view, position.cursor);
      const { message: { text, entities }, keyboard } = leadsText(page, tellTime);
      await ctx.editMessageText(text, { entities, reply_markup: keyboard, ...NO_PREVIEW });
    } catch (error) {
      // Pressed twice, the page is there already; a message that was deleted needs none.
      if (failureOf(error)?.kind !== "refused") throw error;
    } finally {
      await ctx.answerCallbackQuery().catch((error) => {
        log.debug("Нажатие не отметить: {cause}", { cause: describeError(error) });
      });
    }
  });
  return composer;
}

/** `LEADS_PAGE` at the beginning. */
const PAGE = /^leads:/;
