// Chooses between the page's two languages.

export const LANGUAGES = ["ru", "en"] as const;

export type Language = typeof LANGUAGES[number];

/** The browser's preferred language of the two (Accept-Language, RFC 9110, 12.5.4); Russian if it names neither. */
export function pickLanguage(accepted: string | null): Language {
  const wishes = (accepted ?? "").split(",").map((wish, index) => {
    const [tag = "", ...parameters] = wish.trim().toLowerCase().split(";");
    const quality = parameters.map((each) => each.trim()).find((each) => each.startsWith("q="));
    return { tag, index, weight: quality === undefined ? 1 : Number(quality.slice(2)) };
  }).filter(({ weight }) => weight > 0);
  wishes.sort((a, b) => b.weight - a.weight || a.index - b.index);
  for (const { tag } of wishes) {
    const language = LANGUAGES.find((each) => tag === each || tag.startsWith(`${each}-`));
    if (language !== undefined) return language;
  }
  return "ru";
}
