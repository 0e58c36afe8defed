// The words about a profile's photo, and why a file cannot be one.

import type { Language } from "../../lib/page/language.ts";
import {
  MOST_PHOTO_BYTES,
  MOST_RATIO,
  MOST_SIDES,
  type PhotoFault,
} from "../../lib/profiles/photos/photo.ts";
import type { Kept } from "../../lib/profiles/photos/store.ts";
import { bilingual } from "./bilingual.ts";
import { faultWords } from "./faults.ts";

const MOST_MB = MOST_PHOTO_BYTES / 2 ** 20;

export const PHOTO = bilingual({
  title: "Фото",
  choose: "Загрузить файл",
  chooseOther: "Загрузить другое фото",
  takePicture: "Снять камерой",
  hint: `JPEG, PNG или WebP до ${MOST_MB} МБ. Место съёмки и данные камеры из файла убираются.`,
  dropHint: "Файл можно перетащить сюда или вставить из буфера.",
  uploaded: "Загруженное фото",
  uploadedAs: (name: string) => `загружено, ${name.slice(0, 8)}`,
  remove: "Убрать фото",
  address: "Или адрес фото в интернете",
  addressInstead: "Заменить адресом в интернете",
  missing: "Этого фото больше нет на диске: приветствие уходит без него. Загрузите его ещё раз.",
  uploading: "Загружаем…",
  failed: "Сейчас не загрузилось. Файл уйдёт вместе с формой, когда вы её сохраните.",
  gone: "этого фото больше нет на диске, загрузите его ещё раз",
  noRoom: "фото заняли всё отведённое им место, новое не сохранить: скажите тому, кто ведёт бота",
  disk: (reason: string) => `фото не сохранить: ${reason}. Попробуйте позже`,
  empty: "файл пуст, выберите другой",
  tooHeavy: (mb: string) => `в файле ${mb} МБ, нужно не больше ${MOST_MB} МБ`,
  foreign: "это не JPEG, не PNG и не WebP, выберите другой файл",
  broken: "файл повреждён или обрывается, сохраните фото заново или выберите другое",
  animated: "это анимация, нужна неподвижная картинка",
  tooLarge: (size: string) =>
    `фото ${size} точек, Telegram берёт до ${MOST_SIDES} в ширину и высоту вместе: уменьшите его`,
  tooNarrow: (size: string) =>
    `фото ${size} точек, Telegram не берёт вытянутые сильнее, чем ${MOST_RATIO} к 1: обрежьте его`,
}, {
  title: "Photo",
  choose: "Upload a file",
  chooseOther: "Upload another photo",
  takePicture: "Take a picture",
  hint:
    `JPEG, PNG or WebP up to ${MOST_MB} MB. Location and camera data are taken out of the file.`,
  dropHint: "You can drop a file here or paste it.",
  uploaded: "The uploaded photo",
  uploadedAs: (name: string) => `uploaded, ${name.slice(0, 8)}`,
  remove: "Remove the photo",
  address: "Or the address of a photo on the web",
  addressInstead: "Replace by an address on the web",
  missing: "This photo is gone from the disk: the greeting goes without it. Upload it again.",
  uploading: "Uploading…",
  failed: "The upload failed. The file goes with the form when you save it.",
  gone: "this photo is gone from the disk, upload it again",
  noRoom: "photos have taken all the room they may have, tell the operator of the bot",
  disk: (reason: string) => `the photo cannot be saved: ${reason}. Try again later`,
  empty: "the file is empty, choose another",
  tooHeavy: (mb: string) => `the file has ${mb} MB, at most ${MOST_MB} MB are possible`,
  foreign: "this is neither JPEG nor PNG nor WebP, choose another file",
  broken: "the file is damaged or breaks off, save the photo again or choose another",
  animated: "this is an animation, a still picture is needed",
  tooLarge: (size: string) =>
    `the photo is ${size} pixels, Telegram takes up to ${MOST_SIDES} in width and height together: make it smaller`,
  tooNarrow: (size: string) =>
    `the photo is ${size} pixels, Telegram takes none longer than ${MOST_RATIO} to 1: crop it`,
});

/** Why an upload was not stored, as a fault of the form in the page's language. */
export function refusalWords(
  kept: Exclude<Kept, { readonly kind: "kept" }>,
  language: Language,
): string {
  const words = PHOTO[language];
  switch (kept.kind) {
    case "refused":
      return faultOfPhoto(kept.fault, language);
    case "no_room":
      return words.noRoom;
    case "failed":
      return words.disk(faultWords(kept.reason, language));
  }
}

/** Why a file cannot be a photo. */
export function faultOfPhoto(fault: PhotoFault, language: Language): string {
  const words = PHOTO[language];
  switch (fault.kind) {
    case "empty":
      return words.empty;
    case "too_heavy":
      return words.tooHeavy(megabytes(fault.bytes, language));
    case "foreign":
      return words.foreign;
    case "broken":
      return words.broken;
    case "animated":
      return words.animated;
    case "too_large":
      return words.tooLarge(`${fault.width}×${fault.height}`);
    case "too_narrow":
      return words.tooNarrow(`${fault.width}×${fault.height}`);
  }
}

/** Rounded up, so that a file just above the limit does not read as one at it. */
function megabytes(bytes: number, language: Language): string {
  const text = (Math.ceil(bytes / 2 ** 20 * 10) / 10).toFixed(1);
  return language === "ru" ? text.replace(".", ",") : text;
}
