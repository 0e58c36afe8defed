// Isolates foreign text in a sentence: right-to-left text must not reorder the words around it.

/** A sentence with foreign text in it, such as a name. */
export function Isolated({ say, what }: {
  readonly say: (what: string) => string;
  readonly what: string;
}) {
  const [before, after] = say(GAP).split(GAP);
  return (
    <>
      {before}
      <bdi>{what}</bdi>
      {after}
    </>
  );
}

/** A character that none of our texts contains. */
const GAP = "\u0001";

/** The same for attributes and titles, which cannot contain elements (Unicode UAX #9, 2.5: FSI and PDI). */
export function isolated(what: string): string {
  return `\u2068${what.replace(/[\u202a-\u202e\u2066-\u2069]/g, "")}\u2069`;
}
