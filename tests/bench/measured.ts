// The rounds' figures, and the ratios of two contestants in the same round. Knows no figure by name.

import type { Figure, Figures } from "./cases.ts";

/** One contestant's figures in one round. */
export interface Measured {
  readonly round: number;
  readonly contestant: string;
  readonly figures: Figures;
}

/** Values of a contestant's figure, by round. */
export function valuesOf(
  measured: readonly Measured[],
  figure: Figure,
  name: string,
): Map<number, number> {
  return new Map(
    measured.filter(({ contestant }) => contestant === name).flatMap(({ round, figures }) => {
      const value = figures[figure];
      return value === undefined ? [] : [[round, value] as const];
    }),
  );
}

/**
 * The ratio of two contestants' figure, for each round in which both have it.
 *
 * @param to null for the figure itself.
 */
export function ratios(
  measured: readonly Measured[],
  figure: Figure,
  name: string,
  to: string | null,
): number[] {
  const own = valuesOf(measured, figure, name);
  if (to === null) return [...own.values()];
  const others = valuesOf(measured, figure, to);
  return [...own].flatMap(([round, value]) => {
    const other = others.get(round);
    return other === undefined ? [] : [value / other];
  });
}
