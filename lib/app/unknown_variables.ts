// Names in `.env` that the bot does not know, with the variable that is probably meant. Reads no file.

import { editDistance } from "../edit_distance.ts";
import { SECRET_PREFIX, type Variable, VARIABLES } from "./config.ts";

/**
 * A sentence for each unknown name, with the variable that is probably meant. Only for `.env`: an environment also has
 * names of other programs.
 */
export function unknownVariables(names: readonly string[]): string[] {
  const known: ReadonlySet<string> = new Set(VARIABLES);
  const isKnown = (name: string) => known.has(name) || name.startsWith(SECRET_PREFIX);
  return names.filter((name) => !isKnown(name)).map((name) => {
    const meant = nearestVariable(name);
    // A secret that was put on a line of its own can end in "=".
    if (meant === undefined && !/^[A-Z0-9_]{1,60}$/.test(name)) {
      return `.env: неизвестное имя перед знаком «=», символов: ${name.length}, строка пропущена`;
    }
    return `.env: неизвестная переменная ${name}` +
      (meant === undefined ? "" : `, может быть, ${meant}?`);
  });
}

/** Undefined when every variable differs in more than a third of its letters. */
function nearestVariable(name: string): Variable | undefined {
  let nearest: Variable | undefined;
  let least = Infinity;
  for (const each of VARIABLES) {
    const most = Math.max(1, Math.floor(each.length / 3));
    if (Math.abs(each.length - name.length) > most) continue;
    const distance = editDistance(name.toUpperCase(), each);
    if (distance > most || distance >= least) continue;
    [nearest, least] = [each, distance];
  }
  return nearest;
}
