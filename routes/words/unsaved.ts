// The words for a short form that was not saved.

import { bilingual } from "./bilingual.ts";

export const UNSAVED = bilingual({
  title: "Не сохранено",
  back: "Все профили",
  stale:
    "Не сохранено: пока вы решали, это изменил кто-то другой. Посмотрите, как сейчас, и повторите.",
  refused: {
    file: "Не сохранено: так файл locales.json стал бы с ошибкой.",
    database: "Не сохранено: так профили стали бы с ошибкой.",
  },
  broken: {
    file: "Не сохранено: в файле locales.json на диске ошибка. Исправьте файл и повторите.",
    database:
      "Не сохранено: в базе данных профили с ошибкой. Замените их: deno task profiles import.",
  },
  failed: (reason: string) => `Не сохранено: ${reason}. Бот работает с прежними текстами. `,
  remedy: {
    file: "Освободите место или исправьте права и повторите.",
    database: "Повторите, когда база ответит.",
  },
}, {
  title: "Not saved",
  back: "All profiles",
  stale: "Not saved: this was changed meanwhile. Look at it as it is now, and try again.",
  refused: {
    file: "Not saved: the file locales.json would have a fault.",
    database: "Not saved: the profiles would have a fault.",
  },
  broken: {
    file: "Not saved: the file locales.json on disk has a fault. Fix the file and try again.",
    database:
      "Not saved: the profiles in the database have a fault. Replace them: deno task profiles import.",
  },
  failed: (reason: string) => `Not saved: ${reason}. The bot works with the texts before. `,
  remedy: {
    file: "Make room or mend the rights, and try again.",
    database: "Try again when the database answers.",
  },
});
