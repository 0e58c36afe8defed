// A link into the bot, ready to be copied, with its QR code.

import type { ProfilesWords } from "../words/profiles.ts";
import { isolated } from "./isolated.tsx";

export function DeepLink({ link, name, path, query = "", file, words }: {
  readonly link: string | undefined;
  /** What the link opens, for screen readers. */
  readonly name: string;
  /** The profile's address. */
  readonly path: string;
  /** Of the QR codes' addresses, with its question mark. */
  readonly query?: string;
  /** Name of the downloaded files, without the dot. */
  readonly file: string;
  readonly words: ProfilesWords;
}) {
  if (link === undefined) return <p class="hint">{words.noLink}</p>;
  return (
    <div class="deep-link">
      <input
        type="text"
        readonly
        value={link.replace("https://", "")}
        aria-label={`${words.link}: ${isolated(name)}`}
      />
      <button
        type="button"
        class="outline"
        hidden
        data-copy={link}
        data-copied={words.copied}
        aria-label={`${words.copy}: ${isolated(name)}`}
      >
        {words.copy}
      </button>
      <details class="qr">
        <summary role="button" class="outline">{words.qr}</summary>
        <div>
          <img
            src={`${path}/qr.svg${query}`}
            alt={`${words.qr}: ${isolated(name)}`}
            width="180"
            height="180"
            loading="lazy"
          />
          {["SVG", "PNG"].map((kind) => (
            <a
              href={`${path}/qr.${kind.toLowerCase()}${query}`}
              download={`${file}.${kind.toLowerCase()}`}
              aria-label={`${words.qrAs(kind)}: ${isolated(name)}`}
            >
              {words.qrAs(kind)}
            </a>
          ))}
        </div>
      </details>
    </div>
  );
}
