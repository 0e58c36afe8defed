// Why an address cannot be listened on, and what to do about it.

import { messageOf } from "../../log/error_words.ts";

/** The end of a Russian sentence for what `Deno.listen` has thrown. */
export function listenFault(error: unknown): string {
  if (error instanceof Deno.errors.AddrInUse) {
    return "порт занят другой программой: остановите её или задайте другой PORT";
  }
  if (error instanceof Deno.errors.PermissionDenied) {
    return "порты ниже 1024 не для обычных программ: задайте PORT от 1024";
  }
  if (error instanceof Deno.errors.AddrNotAvailable) {
    return "у этой машины нет такого адреса: исправьте HOST";
  }
  const message = messageOf(error);
  return message.includes("failed to lookup") ? "такого имени нет: исправьте HOST" : message;
}
