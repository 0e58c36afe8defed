// The warnings about a message's buttons.

import { bilingual } from "./bilingual.ts";

export const BUTTONS = bilingual({
  button: (nth: number) => `Кнопка ${nth}`,
  long: (used: number, most: number) =>
    `На телефоне в строку помещается около ${most} символов, здесь ${used}: сократите.`,
  same: (nth: number) => `Такой же текст у кнопки ${nth}: посетитель их не отличит.`,
}, {
  button: (nth: number) => `Button ${nth}`,
  long: (used: number, most: number) =>
    `A phone's line takes about ${most} characters, this is ${used}: make it shorter.`,
  same: (nth: number) => `It says what button ${nth} says: visitors cannot tell them apart.`,
});
