// Draws the bot's messages as Telegram shows them: bubbles, photos and buttons.

import type { InlineKeyboardMarkup, MessageEntity } from "grammy/types";
import type { ComponentChildren } from "preact";

export interface MessageProps {
  readonly text: string;
  readonly entities?: readonly MessageEntity[];
  readonly photoUrl?: string | null;
  /** The part of the form that it shows; the preview scrolls to the part in focus. */
  readonly part?: string;
  readonly children?: ComponentChildren;
}

/** One message; the buttons below it are children. */
export function Message({ text, entities = [], photoUrl, part, children }: MessageProps) {
  return (
    <div class="message" data-part={part}>
      <div class="bubble">
        {photoUrl && <img class="photo" src={photoUrl} alt="" loading="lazy" />}
        <p>
          <Formatted text={text} entities={entities} />
        </p>
      </div>
      {children}
    </div>
  );
}

export function Keyboard(
  { keyboard, draw }: {
    readonly keyboard: InlineKeyboardMarkup;
    readonly draw: (text: string, index: number) => ComponentChildren;
  },
) {
  let index = 0;
  return (
    <div class="keyboard">
      {keyboard.inline_keyboard.map((row) => (
        <div class="row">{row.map(({ text }) => draw(text, index++))}</div>
      ))}
    </div>
  );
}

/** How the text of a link looks; `inner` is that text. */
export type DrawLink = (address: string, inner: ComponentChildren) => ComponentChildren;

/** A text with its formatting. Links look like links and lead nowhere unless `drawLink` draws them. */
export function Formatted({ text, entities, drawLink }: {
  readonly text: string;
  readonly entities: readonly MessageEntity[];
  readonly drawLink?: DrawLink;
}) {
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
        return dress(text, text.slice(start, end), around, drawLink);
      })}
    </>
  );
}

/** The precompiled templates escape a bare string in a list twice; an element is not. */
function dress(
  whole: string,
  part: string,
  entities: readonly MessageEntity[],
  drawLink: DrawLink | undefined,
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
      case "url": {
        const address = whole.slice(entity.offset, entity.offset + entity.length);
        return drawLink ? drawLink(address, inner) : inner;
      }
      case "text_link":
        return drawLink ? drawLink(entity.url, inner) : <span class="mention">{inner}</span>;
      case "text_mention":
      case "mention":
      case "bot_command":
        return <span class="mention">{inner}</span>;
      default:
        return inner;
    }
  }, <>{part}</>);
}
