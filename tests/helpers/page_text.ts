// A page's words as they are read, for tests.

/** The text of a piece of HTML, its spaces joined. */
export function textOf(html: string): string {
  return html.replace(/<[^>]*>/g, " ").replaceAll("&amp;", "&").replace(/\s+/g, " ")
    .replace(/ ([.,])/g, "$1").trim();
}
