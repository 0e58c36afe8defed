// Whether a series of samples rises, whatever single outliers say. Knows no unit.

import { median, quantile } from "../bench/statistics.ts";

export interface Point {
  /** In s. */
  readonly atS: number;
  readonly value: number;
}

export interface Trend {
  /** What the Theil–Sen slope (the median of the slopes of all pairs) adds over the whole span. */
  readonly slopeAdds: number;
  /** The medians of the first and the last third. */
  readonly first: number;
  readonly last: number;
  /** The value that nine of ten values of the first and the last third reach. */
  readonly firstFloor: number;
  readonly lastFloor: number;
  readonly most: number;
}

/** @param points In order of time, at least three. @throws {RangeError} If there are fewer. */
export function trendOf(points: readonly Point[]): Trend {
  const [begin, end] = [points[0], points.at(-1)];
  if (points.length < 3 || begin === undefined || end === undefined) {
    throw new RangeError(`Cannot tell a trend from ${points.length} samples: must be 3 or more`);
  }
  const slopes = points.flatMap((left, index) =>
    points.slice(index + 1).map((right) => (right.value - left.value) / (right.atS - left.atS))
  );
  const values = points.map(({ value }) => value);
  const third = Math.floor(points.length / 3);
  const [first, last] = [values.slice(0, third), values.slice(-third)];
  return {
    slopeAdds: median(slopes) * (end.atS - begin.atS),
    first: median(first),
    last: median(last),
    firstFloor: quantile(first, 0.1),
    lastFloor: quantile(last, 0.1),
    most: Math.max(...values),
  };
}
