// parse_mode HTML: text with tags becomes text with entities, or a refusal in Telegram's words.
// Source: https://core.telegram.org/bots/api#html-style

import type { MessageEntity } from "grammy/types";
import { byteOffset, type FindUser, inOrder, linkEntity } from "./entities.ts";
import { linkFault, mentionedUserId } from "./links.ts";
import { badRequest, type TelegramRefusal } from "./refusal.ts";

const PLAIN_TAGS: ReadonlyMap<string, MessageEntity.CommonMessageEntity["type"]> = new Map([
  ["b", "bold"],
  ["strong", "bold"],
  ["i", "italic"],
  ["em", "italic"],
  ["u", "underline"],
  ["ins", "underline"],
  ["s", "strikethrough"],
  ["strike", "strikethrough"],
  ["del", "strikethrough"],
  ["tg-spoiler", "spoiler"],
  ["span", "spoiler"],
  ["code", "code"],
]);
const OTHER_TAGS = new Set(["a", "pre", "blockquote", "tg-emoji"]);
const NAMED_CHARACTERS = new Map([["lt", "<"], ["gt", ">"], ["amp", "&"], ["quot", '"']]);

interface OpenTag {
  name: string;
  attributes: ReadonlyMap<string, string>;
  offset: number;
}

/** Reads HTML as Telegram does; tags without content vanish. */
export function parseHtml(
  html: string,
  findUser: FindUser,
): { text: string; entities: MessageEntity[] } {
  const open: OpenTag[] = [];
  const entities: MessageEntity[] = [];
  let text = "";
  let at = 0;
  while (at < html.length) {
    const char = html.charAt(at);
    if (char === "&") {
      const [character, length] = readCharacter(html, at);
      text += character;
      at += length;
    } else if (char === "<") {
      const tagAt = at;
      const end = html.indexOf(">", at);
      const isEnd = html.charAt(at + 1) === "/";
      if (end < 0) throw fault(`Unclosed ${isEnd ? "end" : "start"} tag`, html, tagAt);
      const inside = html.slice(at + (isEnd ? 2 : 1), end);
      at = end + 1;
      if (isEnd) {
        const entity = closeTag(open, inside, text.length, html, tagAt, findUser);
        if (entity) entities.push(entity);
      } else {
        open.push({ ...readTag(inside, html, tagAt), offset: text.length });
      }
    } else {
      text += char;
      at += 1;
    }
  }
  const unclosed = open.at(-1);
  if (unclosed) {
    throw parseError(`Can't find end tag corresponding to start tag "${unclosed.name}"`);
  }
  return { text, entities: inOrder(entities) };
}

function readCharacter(html: string, at: number): [string, number] {
  const match = /^&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]+));?/i.exec(html.slice(at, at + 12));
  const [whole = "&", decimal, hexadecimal, name = ""] = match ?? [];
  const named = NAMED_CHARACTERS.get(name);
  if (named) return [named, whole.length];
  const code = decimal ? Number(decimal) : hexadecimal ? parseInt(hexadecimal, 16) : 0;
  const isCharacter = code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
  return isCharacter ? [String.fromCodePoint(code), whole.length] : ["&", 1];
}

function readTag(inside: string, html: string, at: number): Omit<OpenTag, "offset"> {
  const name = /^[^\s]*/.exec(inside)?.[0].toLowerCase() ?? "";
  if (!PLAIN_TAGS.has(name) && !OTHER_TAGS.has(name)) {
    throw fault(`Unsupported start tag "${name}"`, html, at);
  }
  const attributes = new Map<string, string>();
  const pattern = /([a-z-]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"']+)))?/gi;
  for (const [, key = "", double, single, bare] of inside.slice(name.length).matchAll(pattern)) {
    const raw = double ?? single ?? bare ?? "";
    attributes.set(
      key.toLowerCase(),
      raw.replace(/&(lt|gt|amp|quot);/g, (_, named: string) => {
        return NAMED_CHARACTERS.get(named) ?? "";
      }),
    );
  }
  if (name === "span" && attributes.get("class") !== "tg-spoiler") {
    throw fault(`Tag "span" must have class "tg-spoiler"`, html, at);
  }
  return { name, attributes };
}

function closeTag(
  open: OpenTag[],
  inside: string,
  textLength: number,
  html: string,
  at: number,
  findUser: FindUser,
): MessageEntity | undefined {
  const tag = open.pop();
  if (!tag) throw fault("Unexpected end tag", html, at);
  const name = inside.trim().toLowerCase();
  if (name !== "" && name !== tag.name) {
    throw parseError(
      `Unmatched end tag at byte offset ${byteOffset(html, at)}, ` +
        `expected "</${tag.name}>", found "</${name}>"`,
    );
  }
  const place = { offset: tag.offset, length: textLength - tag.offset };
  if (place.length === 0) return undefined;
  switch (tag.name) {
    case "a": {
      // Unlike in MessageEntity objects, a bad address or an unknown user is no fault here.
      const href = tag.attributes.get("href") ?? "";
      const userId = mentionedUserId(href);
      const isTaken = userId === undefined ? !linkFault(href) : findUser(userId) !== undefined;
      return isTaken ? linkEntity(href, place, findUser) : undefined;
    }
    case "blockquote": {
      const type = tag.attributes.has("expandable") ? "expandable_blockquote" : "blockquote";
      return { type, ...place };
    }
    case "pre":
      return { type: "pre", ...place };
    case "tg-emoji": {
      const id = tag.attributes.get("emoji-id") ?? "";
      if (!/^\d{1,19}$/.test(id)) throw parseError("Invalid custom emoji identifier specified");
      return { type: "custom_emoji", ...place, custom_emoji_id: id };
    }
    default: {
      const type = PLAIN_TAGS.get(tag.name);
      return type ? { type, ...place } : undefined;
    }
  }
}

function fault(what: string, html: string, at: number): TelegramRefusal {
  return parseError(`${what} at byte offset ${byteOffset(html, at)}`);
}

function parseError(what: string): TelegramRefusal {
  return badRequest(`can't parse entities: ${what}`);
}
