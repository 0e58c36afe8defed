// A message's words with their formatting and with links that can be opened, as Telegram's apps show them.

import type { MessageEntity } from "grammy/types";
import type { ComponentChildren } from "preact";
import type { SimMessage } from "../../simulator/telegram/server.ts";

/** The text or the caption of a message; empty where it has neither. */
export function wordsOf(message: Pick<SimMessage, "text" | "caption">): string {
  return message.text ?? message.caption ?? "";
}

/** The place on this page of the message that an address of Telegram's names; undefined for any other address. */
export type PlaceOf = (address: string) => string | undefined;

/** The words of a message. */
export function MessageText(
  { message, placeOf }: { readonly message: SimMessage; readonly placeOf: PlaceOf },
) {
  const text = wordsOf(message);
  const entities = message.entities ?? message.caption_entities ?? [];
  const edges = new Set([0, text.length]);
  for (const { offset, length } of entities) edges.add(offset).add(offset + length);
  const cuts = [...edges].sort((a, b) => a - b);
  return (
    <>
      {cuts.slice(1).map((end, index) => {
        const start = cuts[index] ?? 0;
        const around = entities.filter(({ offset, length }) =>
          offset <= start && end <= offset + length
        );
        return dress(text, text.slice(start, end), around, placeOf);
      })}
    </>
  );
}

/** The precompiled templates escape a bare string in a list twice; an element is not. */
function dress(
  whole: string,
  part: string,
  entities: readonly MessageEntity[],
  placeOf: PlaceOf,
): ComponentChildren {
  return entities.reduce<ComponentChildren>((inner, entity) => {
    switch (entity.type) {
      case "bold":
        return <b>{inner}</b>;
      case "italic":
        return <i>{inner}</i>;
      case "underline":
        return <u>{inner}</u>;
      case "strikethrough":
        return <s>{inner}</s>;
      case "code":
      case "pre":
        return <code>{inner}</code>;
      case "url":
        return link(whole.slice(entity.offset, entity.offset + entity.length), inner, placeOf);
      case "text_link":
        return link(entity.url, inner, placeOf);
      case "text_mention":
      case "mention":
      case "bot_command":
        return <span class="mention">{inner}</span>;
      default:
        return inner;
    }
  }, <>{part}</>);
}

/** Only web addresses: `tg://` would ask for an app that the demo has no part in. */
function link(address: string, inner: ComponentChildren, placeOf: PlaceOf): ComponentChildren {
  const place = placeOf(address);
  if (place !== undefined) return <a href={place}>{inner}</a>;
  const isWeb = /^https?:\/\//i.test(address) && URL.canParse(address);
  if (!isWeb) return <span class="mention">{inner}</span>;
  return <a href={address} target="_blank" rel="noopener noreferrer">{inner}</a>;
}
