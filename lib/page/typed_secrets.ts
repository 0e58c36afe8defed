// Keys that were typed into a form and are not saved yet: a page never shows them again, so they wait here.

/** How long a typed key waits for its form to be saved, in ms. */
const WAIT_MS = 60 * 60_000;

/** Most keys that wait; the oldest is forgotten. */
const MOST = 200;

/** The longest key that is taken, in UTF-16 units; amoCRM's have about a thousand. */
export const MOST_SECRET_CHARACTERS = 8 * 1024;

/** Where a key was typed. */
export interface TypedPlace {
  readonly session: number;
  /** The form as opened once: a key that is left alone there is no part of another. */
  readonly form: string;
  readonly profile: string;
  /** The name that its secret will have. */
  readonly name: string;
}

/** Keys by the form that they were typed into. */
export interface TypedSecrets {
  keep(place: TypedPlace, value: string): void;
  find(place: TypedPlace): string | undefined;
  forget(place: TypedPlace): void;
}

/** Keeps keys for an hour, in memory alone. @param now The time, in ms since 1970. */
export function createTypedSecrets(now: () => number): TypedSecrets {
  const waiting = new Map<string, { readonly value: string; readonly untilMs: number }>();

  function forgetOld(): void {
    for (const [key, { untilMs }] of waiting) {
      if (untilMs <= now() || waiting.size > MOST) waiting.delete(key);
    }
  }

  return {
    keep(place, value) {
      waiting.delete(keyOf(place));
      waiting.set(keyOf(place), { value, untilMs: now() + WAIT_MS });
      forgetOld();
    },
    find(place) {
      forgetOld();
      return waiting.get(keyOf(place))?.value;
    },
    forget: (place) => void waiting.delete(keyOf(place)),
  };
}

function keyOf({ session, form, profile, name }: TypedPlace): string {
  return `${session} ${form} ${profile} ${name}`;
}
