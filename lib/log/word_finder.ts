// Finds any of many words in a text, in one pass over it. Knows not what they are.

/** A part of a text, in UTF-16 units; `to` is the first that does not belong to it. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** Finds a fixed set of words. */
export interface WordFinder {
  /** What the words cover, in order; words that overlap give one stretch. */
  find(text: string): Stretch[];
  /** How much of the text's end is the beginning of a word that would go on; 0 for nothing. */
  begunAtEnd(text: string): number;
  /** The longest word's length. */
  readonly longest: number;
}

/**
 * Builds the automaton of Aho and Corasick (Efficient String Matching, 1975): time and memory in
 * proportion to the words' length, and one step per unit of a text however many words there are.
 */
export function createWordFinder(words: ReadonlySet<string>): WordFinder {
  let units = 0;
  let longest = 0;
  for (const { length } of words) {
    units += length;
    longest = Math.max(longest, length);
  }
  // A node for every unit at most; node 0 is the beginning.
  const nodes = createNodes(units + 1, longest);
  for (const word of words) nodes.add(word);
  nodes.link();
  const { step, ending, depth } = nodes;

  return {
    longest,
    find(text) {
      const found: Stretch[] = [];
      let node = 0;
      for (let at = 0; at < text.length; at += 1) {
        node = step(node, text.charCodeAt(at));
        const length = ending[node] ?? 0;
        if (length > 0) append(found, { from: at + 1 - length, to: at + 1 });
      }
      return found;
    },
    begunAtEnd(text) {
      let node = 0;
      for (let at = Math.max(0, text.length - longest); at < text.length; at += 1) {
        node = step(node, text.charCodeAt(at));
      }
      return depth[node] ?? 0;
    },
  };
}

/** The automaton, in arrays of numbers: objects for hundreds of thousands of nodes would take ten times as much. */
function createNodes(most: number, longest: number) {
  /** The length of the longest word that ends in a node; 0 for none. */
  const ending = new Int32Array(most);
  /** How many units lead to a node. */
  const depth = new Int32Array(most);
  const parent = new Int32Array(most);
  const unitOf = new Uint16Array(most);
  /** The node of the longest shorter beginning that ends in the same units. */
  const fallback = new Int32Array(most);
  /** A hash table from a node and a unit to the next node, at most half full. */
  const table = new Int32Array(2 ** Math.ceil(Math.log2(most * 2)));
  let count = 1;

  /** Where the next node stands in the table, or would stand: there is 0 then. */
  function placeOf(node: number, unit: number): number {
    const mask = table.length - 1;
    const hash = Math.imul(node, 0x9e3779b1) ^ Math.imul(unit, 0x85ebca6b);
    for (let place = (hash ^ (hash >>> 15)) & mask;; place = (place + 1) & mask) {
      const to = table[place] ?? 0;
      if (to === 0 || (parent[to] === node && unitOf[to] === unit)) return place;
    }
  }

  function step(from: number, unit: number): number {
    for (let node = from;; node = fallback[node] ?? 0) {
      const to = table[placeOf(node, unit)] ?? 0;
      if (to !== 0 || node === 0) return to;
    }
  }

  /** All nodes but the first, by counting: a fallback is never as deep as its node. */
  function byDepth(): Int32Array {
    const begins = new Int32Array(longest + 2);
    for (const each of depth.subarray(1, count)) begins[each + 1] = (begins[each + 1] ?? 0) + 1;
    for (let each = 1; each < begins.length; each += 1) {
      begins[each] = (begins[each] ?? 0) + (begins[each - 1] ?? 0);
    }
    const sorted = new Int32Array(count - 1);
    for (let node = 1; node < count; node += 1) {
      const of = depth[node] ?? 0;
      const place = begins[of] ?? 0;
      sorted[place] = node;
      begins[of] = place + 1;
    }
    return sorted;
  }

  return {
    ending,
    depth,
    step,
    add(word: string): void {
      let node = 0;
      for (let at = 0; at < word.length; at += 1) {
        const unit = word.charCodeAt(at);
        const place = placeOf(node, unit);
        if (table[place] === 0) {
          table[place] = count;
          parent[count] = node;
          unitOf[count] = unit;
          depth[count] = at + 1;
          count += 1;
        }
        node = table[place] ?? 0;
      }
      ending[node] = word.length;
    },
    /** Once, after all words. */
    link(): void {
      for (const node of byDepth()) {
        const from = parent[node] ?? 0;
        const to = from === 0 ? 0 : step(fallback[from] ?? 0, unitOf[node] ?? 0);
        fallback[node] = to;
        ending[node] = Math.max(ending[node] ?? 0, ending[to] ?? 0);
      }
    },
  };
}

/** Adds a stretch that ends behind all others, and takes in those that it overlaps. */
export function append(stretches: Stretch[], { from, to }: Stretch): void {
  for (let last = stretches.at(-1); last !== undefined && last.to > from; last = stretches.at(-1)) {
    from = Math.min(from, last.from);
    to = Math.max(to, last.to);
    stretches.pop();
  }
  stretches.push({ from, to });
}
