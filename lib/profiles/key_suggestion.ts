// Suggests a word for a profile's link from its name. Touches nothing.

/** Longest word that is suggested, in characters: it has to be typed and read aloud. */
const LONGEST = 32;

/** Cyrillic letters as links spell them; a letter that is missing here is left out. */
// deno-fmt-ignore: a table.
const LATIN: Readonly<Record<string, string>> = {
  а: "a", б: "b", в: "v", г: "g", ґ: "g", д: "d", е: "e", ё: "e", є: "ye", ж: "zh", з: "z",
  и: "i", і: "i", ї: "yi", й: "y", к: "k", л: "l", м: "m", н: "n", о: "o", п: "p", р: "r",
  с: "s", т: "t", у: "u", ў: "u", ф: "f", х: "kh", ц: "ts", ч: "ch", ш: "sh", щ: "shch",
  ы: "y", э: "e", ю: "yu", я: "ya",
};

/**
 * A word for a link in Latin letters, digits and hyphens: `Цветы на дом` gives `tsvety-na-dom`.
 *
 * @param isTaken Whether a word cannot be had; then a number is put behind it.
 */
export function suggestKey(name: string, isTaken: (key: string) => boolean): string {
  // Accents are signs of their own in this form, but й and ё are letters.
  const plain = name.toLowerCase().replace(/[а-яёґєіїў]/g, (each) => LATIN[each] ?? "")
    .normalize("NFD").replace(/\p{M}/gu, "");
  const words = plain.split(/[^a-z0-9]+/).filter((word) => word !== "").join("-");
  const stem = words.slice(0, words.at(LONGEST - 1) === "-" ? LONGEST - 1 : LONGEST) || "profile";
  if (!isTaken(stem)) return stem;
  for (let nth = 2;; nth += 1) {
    if (!isTaken(`${stem}-${nth}`)) return `${stem}-${nth}`;
  }
}
