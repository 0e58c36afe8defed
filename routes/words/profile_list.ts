// The words for adding, renaming and deleting a profile.

import { bilingual, plural } from "./bilingual.ts";

export const PROFILE_LIST = bilingual({
  back: "Все профили",
  newTitle: "Новый профиль",
  copyTitle: (name: string) => `Копия профиля «${name}»`,
  name: "Название",
  key: "Слово для ссылки",
  keyHint: (bot: string) =>
    `Латинские буквы, цифры, _ и -. С ним начинается ссылка t.me/${bot}?start=…`,
  create: "Создать",
  createHint:
    "Дальше — тексты и адрес вебхука. Это черновик: посетители увидят его, когда вы его опубликуете.",
  renameTitle: (name: string) => `Сменить ссылку профиля «${name}»`,
  renameWarning: (link: string) =>
    `Старая ссылка ${link} и напечатанные QR-коды продолжат вести на этот профиль, пока вы не ` +
    "уберёте её в нём. Лиды и история останутся с профилем.",
  rename: "Сменить",
  deleteTitle: (name: string) => `Удалить профиль «${name}»`,
  deleteWarning: "Ссылка профиля покажет меню, кнопка исчезнет из меню.",
  deleteLeads: (count: number) =>
    count === 0 ? "Лидов у профиля не было." : `${
      plural("ru", count, {
        one: `Его ${count} лид останется`,
        few: `Его ${count} лида останутся`,
        many: `Его ${count} лидов останутся`,
      })
    } в списке лидов.`,
  deleteBack: "Вернуть его можно будет из истории.",
  deleteConfirm: (key: string) => `Чтобы удалить, впишите ${key}`,
  deleteMismatch: (key: string) => `Впишите ${key}, тогда профиль удалится.`,
  deleteLast: "Это единственный профиль. Сначала создайте другой: боту нужен хотя бы один.",
  delete: "Удалить",
  cancel: "Отмена",
}, {
  back: "All profiles",
  newTitle: "New profile",
  copyTitle: (name: string) => `A copy of “${name}”`,
  name: "Name",
  key: "Word for the link",
  keyHint: (bot: string) =>
    `Latin letters, digits, _ and -. The link begins with it: t.me/${bot}?start=…`,
  create: "Create",
  createHint:
    "Texts and the webhook address come next. It is a draft: visitors see it once you publish it.",
  renameTitle: (name: string) => `Change the link of “${name}”`,
  renameWarning: (link: string) =>
    `The old link ${link} and printed QR codes will still lead to this profile until you remove it ` +
    "there. Leads and history stay with the profile.",
  rename: "Change",
  deleteTitle: (name: string) => `Delete “${name}”`,
  deleteWarning: "The profile's link will show the menu, its button leaves the menu.",
  deleteLeads: (count: number) =>
    count === 0
      ? "The profile has had no leads."
      : `Its ${count} ${
        plural("en", count, { one: "lead stays", many: "leads stay" })
      } in the list of leads.`,
  deleteBack: "It can be taken back from the history.",
  deleteConfirm: (key: string) => `To delete it, type ${key}`,
  deleteMismatch: (key: string) => `Type ${key}, then the profile is deleted.`,
  deleteLast: "This is the only profile. Make another first: the bot needs one.",
  delete: "Delete",
  cancel: "Cancel",
});
