// Writes the demo's scenarios as text to a terminal. Plays nothing.

import type { Checked, Told } from "./scene.ts";
import type { TranscriptWords } from "./words.ts";

/** Writes each part of the transcript. */
export interface Transcript {
  open(botName: string): void;
  scenario(
    number: number,
    title: string,
    told: readonly Told[],
    checked: readonly Checked[],
  ): void;
  conclude(held: boolean): void;
  invite(localesPath: string, titles: readonly string[], page: string): void;
  /** Answers what is no scenario's number. */
  refuse(typed: string, scenarios: number): void;
  /** Ends the transcript: what is told later is not written. */
  stop(): void;
}

const SIDE_WIDTH = 16;

/** @param writeLine Writes one line. */
export function createTranscript(
  words: TranscriptWords,
  writeLine: (line: string) => void,
): Transcript {
  let isOver = false;

  function write(line: string): void {
    if (!isOver) writeLine(line);
  }

  return {
    open(botName) {
      write(words.headline);
      write(words.about(botName));
      write(words.source);
    },

    scenario(number, title, told, checked) {
      write("");
      write(`━━ ${number}. ${title} ${"━".repeat(Math.max(0, 64 - title.length))}`);
      let last = "";
      for (const { side, what } of told) {
        const name = side === last ? "" : words.sides[side];
        last = side;
        what.split("\n").forEach((line, index) => {
          write(`  ${(index === 0 ? name : "").padEnd(SIDE_WIDTH)}${line}`.trimEnd());
        });
      }
      write("");
      for (const { promise, held } of checked) write(`  ${held ? "✓" : "✗"} ${promise}`);
    },

    conclude(held) {
      write("");
      write(held ? words.kept : words.broken);
    },

    invite(localesPath, titles, page) {
      write("");
      write(words.goesOn);
      write(words.openPage(page));
      write(words.configPage);
      write(words.editFile(localesPath));
      write(words.byNumber);
      titles.forEach((title, index) => write(`      ${index + 1} — ${title}`));
      write(words.stop);
    },

    refuse: (typed, scenarios) => write(words.unknownNumber(typed.slice(0, 40), scenarios)),
    stop() {
      write(words.stopping);
      isOver = true;
    },
  };
}
