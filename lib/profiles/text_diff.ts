// The difference between two texts, word by word.

export interface Piece {
  readonly kind: "same" | "removed" | "added";
  readonly text: string;
}

/** Larger comparisons would take too long. */
const MOST_CELLS = 300_000;

/** The pieces of both texts in order: `same` and `removed` give the first, `same` and `added` the second. */
export function diffWords(before: string, after: string): Piece[] {
  const [from, to] = [words(before), words(after)];
  let start = 0;
  while (start < from.length && from[start] === to[start]) start += 1;
  let end = 0;
  while (
    end < Math.min(from.length, to.length) - start && from.at(-1 - end) === to.at(-1 - end)
  ) end += 1;
  return gather([
    { kind: "same", text: from.slice(0, start).join("") },
    ...middle(from.slice(start, from.length - end), to.slice(start, to.length - end)),
    { kind: "same", text: from.slice(from.length - end).join("") },
  ]);
}

function words(text: string): string[] {
  return text.match(/[\p{L}\p{N}_]+|\s+|[^\p{L}\p{N}_\s]/gu) ?? [];
}

function middle(from: readonly string[], to: readonly string[]): Piece[] {
  if (from.length * to.length > MOST_CELLS) {
    return [{ kind: "removed", text: from.join("") }, { kind: "added", text: to.join("") }];
  }
  const common = commonLengths(from, to);
  const width = to.length + 1;
  const pieces: Piece[] = [];
  let [row, column] = [0, 0];
  while (row < from.length || column < to.length) {
    const [removed, added] = [from[row], to[column]];
    if (removed !== undefined && removed === added) {
      pieces.push({ kind: "same", text: removed });
      row += 1;
      column += 1;
    } else if (
      removed !== undefined && (added === undefined ||
        (common[(row + 1) * width + column] ?? 0) >= (common[row * width + column + 1] ?? 0))
    ) {
      pieces.push({ kind: "removed", text: removed });
      row += 1;
    } else {
      pieces.push({ kind: "added", text: added ?? "" });
      column += 1;
    }
  }
  return pieces;
}

/** The length of the longest common subsequence of each pair of suffixes. */
function commonLengths(from: readonly string[], to: readonly string[]): Uint16Array {
  const width = to.length + 1;
  const lengths = new Uint16Array((from.length + 1) * width);
  for (let row = from.length - 1; row >= 0; row -= 1) {
    for (let column = to.length - 1; column >= 0; column -= 1) {
      lengths[row * width + column] = from[row] === to[column]
        ? (lengths[(row + 1) * width + column + 1] ?? 0) + 1
        : Math.max(
          lengths[(row + 1) * width + column] ?? 0,
          lengths[row * width + column + 1] ?? 0,
        );
    }
  }
  return lengths;
}

/** Joins changes: per stretch what was removed, then what was added. Blanks between two changed words belong to the change. */
function gather(pieces: readonly Piece[]): Piece[] {
  const gathered: Piece[] = [];
  let [removed, added, blank] = ["", "", ""];
  for (const { kind, text } of [...joined(pieces), END]) {
    const isInside = removed !== "" || added !== "";
    if (kind === "same" && isInside && BLANK.test(text)) {
      blank = text;
      continue;
    }
    if (kind === "same") {
      gathered.push({ kind: "removed", text: removed }, { kind: "added", text: added });
      gathered.push({ kind: "same", text: blank + text });
      [removed, added, blank] = ["", "", ""];
      continue;
    }
    removed += kind === "removed" ? blank + text : blank;
    added += kind === "added" ? blank + text : blank;
    blank = "";
  }
  return joined(gathered);
}

/** Closes the last change. */
const END: Piece = { kind: "same", text: "" };

const BLANK = /^[^\S\n]+$/;

function joined(pieces: readonly Piece[]): Piece[] {
  const result: { kind: Piece["kind"]; text: string }[] = [];
  for (const { kind, text } of pieces) {
    const last = result.at(-1);
    if (last?.kind === kind) last.text += text;
    else if (text !== "") result.push({ kind, text });
  }
  return result;
}
