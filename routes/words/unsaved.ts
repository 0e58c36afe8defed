// The words for a short form that was not saved.

import { bilingual } from "./bilingual.ts";

export const UNSAVED = bilingual({
  title: "Не сохранено",
  back: "Все профили",
  stale:
    "Не сохранено: пока вы решали, это изменил кто-то другой. Посмотрите, как сейчас, и повторите.",
  refused: "Не сохранено: так файл locales.json стал бы с ошибкой.",
  broken: "Не сохранено: в файле locales.json на диске ошибка. Исправьте файл и повторите.",
  failed: (reason: string) =>
    `Не сохранено: ${reason}. Бот работает с прежними текстами. ` +
    "Освободите место или исправьте права и повторите.",
}, {
  title: "Not saved",
  back: "All profiles",
  stale: "Not saved: this was changed meanwhile. Look at it as it is now, and try again.",
  refused: "Not saved: the file locales.json would have a fault.",
  broken: "Not saved: the file locales.json on disk has a fault. Fix the file and try again.",
  failed: (reason: string) =>
    `Not saved: ${reason}. The bot works with the texts before. ` +
    "Make room or mend the rights, and try again.",
});
