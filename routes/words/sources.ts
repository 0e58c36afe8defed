// The words of a profile's sources.

import { bilingual } from "./bilingual.ts";

export const SOURCES = bilingual({
  back: "Все профили",
  title: (name: string) => `Источники: ${name}`,
  hint: "Каждой рекламе — своя ссылка: по ней видно, откуда пришёл лид.",
  make: "Метка источника",
  makeHint: (most: number) => `Латинские буквы, цифры, - и _, до ${most} знаков. Например vk-may`,
  show: "Получить ссылку",
  linkOf: (source: string) => `Ссылка для ${source}`,
  faults: {
    characters: "В метке могут быть только латинские буквы, цифры, - и _.",
    long: (most: number) => `Метка длинная: вместе со словом профиля помещается ${most} знаков.`,
    taken: "Такая ссылка ведёт на другой профиль. Возьмите другую метку.",
  },
  empty: "По ссылкам с меткой ещё никто не приходил.",
  list: "Что принесли источники",
  opened: "Открыли",
  pressed: "Заявок",
  accepted: "В CRM или внесено",
  bar: (opened: number, pressed: number, accepted: number) =>
    `Открыли: ${opened}, заявок: ${pressed}, в CRM или внесено: ${accepted}`,
  link: "Ссылка",
  more: (most: number) => `Показаны ${most} самых заметных.`,
}, {
  back: "All profiles",
  title: (name: string) => `Sources: ${name}`,
  hint: "A link of its own for each advertisement shows where a lead came from.",
  make: "Source mark",
  makeHint: (most: number) =>
    `Latin letters, digits, - and _, up to ${most} characters. For example vk-may`,
  show: "Get the link",
  linkOf: (source: string) => `Link for ${source}`,
  faults: {
    characters: "A mark may hold Latin letters, digits, - and _ only.",
    long: (most: number) =>
      `The mark is too long: ${most} characters fit beside the profile's word.`,
    taken: "Such a link leads to another profile. Choose another mark.",
  },
  empty: "No visitor has come by a link with a mark yet.",
  list: "What the sources brought",
  opened: "Opened",
  pressed: "Requests",
  accepted: "In the CRM or entered",
  bar: (opened: number, pressed: number, accepted: number) =>
    `Opened: ${opened}, requests: ${pressed}, in the CRM or entered: ${accepted}`,
  link: "Link",
  more: (most: number) => `The ${most} most notable ones are shown.`,
});

export type SourcesWords = typeof SOURCES["ru"];
