// Suggests a profile's key, the word of its link, from its name.

/** In characters; a link's word is typed and read aloud. */
const LONGEST = 32;

/** Transliteration of Cyrillic letters; other letters are left out. */
// deno-fmt-ignore: a table.
const LATIN: Readonly<Record<string, string>> = {
  а: "a", б: "b", в: "v", г: "g", ґ: "g", д: "d", е: "e", ё: "e", є: "ye", ж: "zh", з: "z",
  и: "i", і: "i", ї: "yi", й: "y", к: "k", л: "l", м: "m", н: "n", о: "o", п: "p", р: "r",
  с: "s", т: "t", у: "u", ў: "u", ф: "f", х: "kh", ц: "ts", ч: "ch", ш: "sh", щ: "shch",
  ы: "y", э: "e", ю: "yu", я: "ya",
};

/** Suggests a key such as `tsvety-na-dom` for `Цветы на дом`; a taken one gets a number. */
export async function suggestKey(
  name: string,
  isTaken: (key: string) => Promise<boolean>,
): Promise<string> {
  // In this form accents are separate characters, but й and ё stay letters.
  const plain = name.toLowerCase().replace(/[а-яёґєіїў]/g, (each) => LATIN[each] ?? "")
    .normalize("NFD").replace(/\p{M}/gu, "");
  const words = plain.split(/[^a-z0-9]+/).filter((word) => word !== "").join("-");
  const stem = words.slice(0, words.at(LONGEST - 1) === "-" ? LONGEST - 1 : LONGEST) || "profile";
  if (!await isTaken(stem)) return stem;
  for (let nth = 2;; nth += 1) {
    if (!await isTaken(`${stem}-${nth}`)) return `${stem}-${nth}`;
  }
}
