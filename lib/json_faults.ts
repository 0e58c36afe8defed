// What breaks a JSON text, as a Russian sentence: what was found and what is wanted. Quotes no text of the file.

import { type ParseErrorCode, printParseErrorCode } from "jsonc-parser";

/** The sentence for a fault of `jsonc-parser`. @param offset Where the token begins that the parser stopped at. */
export function syntaxFault(
  code: ParseErrorCode,
  text: string,
  offset: number,
  length: number,
): string {
  const token = text.slice(offset, offset + length);
  const found = foundToken(token);
  switch (printParseErrorCode(code)) {
    case "InvalidCommentToken":
    case "UnexpectedEndOfComment":
      return "найден комментарий, в JSON их не бывает: уберите его";
    case "PropertyNameExpected":
      if (token === "}" && isAfterComma(text, offset)) {
        return "перед «}» лишняя запятая: уберите её";
      }
      return `${found}, нужен ключ в кавычках`;
    case "ValueExpected":
      if (token === "]" && isAfterComma(text, offset)) {
        return "перед «]» лишняя запятая: уберите её";
      }
      return `${found}, нужно значение`;
    case "ColonExpected":
      return `${found}, нужно двоеточие после ключа`;
    case "CommaExpected":
      return `${found}, перед этим нужна запятая`;
    case "CloseBraceExpected":
      return "файл обрывается, нужна закрывающая скобка «}»";
    case "CloseBracketExpected":
      return "файл обрывается, нужна закрывающая скобка «]»";
    case "EndOfFileExpected":
      return `${found} после последней скобки, нужно убрать лишнее`;
    case "UnexpectedEndOfString":
      return 'текст не закрыт, нужна кавычка " в той же строке';
    case "InvalidCharacter":
      return "в тексте найден управляющий знак, нужно \\t вместо табуляции и \\n вместо новой строки";
    case "InvalidEscapeCharacter":
      return 'в тексте найдена косая черта \\ перед чужим знаком, нужно \\\\, \\" или \\n';
    case "InvalidUnicode":
      return "в тексте найдено \\u, нужно четыре знака 0–9, a–f после него";
    case "UnexpectedEndOfNumber":
    case "InvalidNumberFormat":
      return "число обрывается, нужны цифры";
    default:
      return `${found}, нужен текст в кавычках "…", число, true, false или null`;
  }
}

function foundToken(token: string): string {
  if (token === "") return "файл обрывается";
  if (token.startsWith('"')) return "найден текст";
  if (/^-?\d/.test(token)) return "найдено число";
  // A word may be half a password; a single sign is none.
  return [...token].length === 1 || /^(true|false|null)$/.test(token)
    ? `найдено «${token}»`
    : "найдено слово без кавычек";
}

function isAfterComma(text: string, offset: number): boolean {
  return /,\s*$/.test(text.slice(Math.max(0, offset - 200), offset));
}
