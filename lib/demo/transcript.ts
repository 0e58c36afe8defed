// Writes the demo's scenarios as text to a terminal. Plays nothing.

import type { Checked, Told } from "./scenarios.ts";

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
}

const SIDE_WIDTH = 16;

/** @param write Writes one line. */
export function createTranscript(write: (line: string) => void): Transcript {
  return {
    open(botName) {
      write("TRIBORG · бот, который не теряет лиды");
      write(`Настоящий бот @${botName}; Telegram и CRM — симуляторы на этом компьютере.`);
      write("Сценарии — из документа заказчика. CRM на ответ даётся 1 секунда.");
    },

    scenario(number, title, told, checked) {
      write("");
      write(`━━ ${number}. ${title} ${"━".repeat(Math.max(0, 64 - title.length))}`);
      let side = "";
      for (const each of told) {
        const name = each.side === side ? "" : each.side;
        side = each.side;
        each.what.split("\n").forEach((line, index) => {
          write(`  ${(index === 0 ? name : "").padEnd(SIDE_WIDTH)}${line}`.trimEnd());
        });
      }
      write("");
      for (const { promise, held } of checked) write(`  ${held ? "✓" : "✗"} ${promise}`);
    },

    conclude(held) {
      write("");
      write(
        held
          ? "✓ Все обещания сдержаны: ни один лид не потерян, посетитель ничего не заметил."
          : "✗ Сдержано не всё: смотрите строки с ✗ выше.",
      );
    },

    invite(localesPath, titles, page) {
      write("");
      write("Бот работает дальше. Попробуйте:");
      write(`  · откройте ${page} — посетитель, CRM и чат менеджеров рядом, вживую;`);
      write(`  · поменяйте тексты в ${localesPath}, сохраните — следующий /start уже с ними;`);
      write("  · введите номер сценария и Enter, чтобы сыграть его ещё раз:");
      titles.forEach((title, index) => write(`      ${index + 1} — ${title}`));
      write("  · Ctrl+C — закончить.");
    },
  };
}
