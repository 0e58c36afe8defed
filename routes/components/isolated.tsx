// Foreign words within ours: what is written from right to left, or turns the direction, must not reorder what stands around it.

/** A sentence with foreign words in it, such as a name; they are laid out by themselves. */
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

/** Stands in no text of ours. */
const GAP = "\u0001";

/** The same for attributes and titles, which hold no elements (Unicode UAX #9, 2.5: FSI and PDI). */
export function isolated(what: string): string {
  return `\u2068${what.replace(/[\u202a-\u202e\u2066-\u2069]/g, "")}\u2069`;
}
