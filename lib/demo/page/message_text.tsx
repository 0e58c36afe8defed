// A message's words with their formatting and with links that can be opened, as Telegram's apps show them.

import type { ComponentChildren } from "preact";
import type { SimMessage } from "../../simulator/telegram/server.ts";
import { Formatted } from "../../../routes/components/telegram.tsx";

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
  const entities = message.entities ?? message.caption_entities ?? [];
  return (
    <Formatted
      text={wordsOf(message)}
      entities={entities}
      drawLink={(address, inner) => link(address, inner, placeOf)}
    />
  );
}

/** Only web addresses: `tg://` would ask for an app that the demo has no part in. */
function link(address: string, inner: ComponentChildren, placeOf: PlaceOf): ComponentChildren {
  const place = placeOf(address);
  if (place !== undefined) return <a href={place}>{inner}</a>;
  const isWeb = /^https?:\/\//i.test(address) && URL.canParse(address);
  if (!isWeb) return <span class="mention">{inner}</span>;
  return <a href={address} target="_blank" rel="noopener noreferrer">{inner}</a>;
}
