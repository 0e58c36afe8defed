// Finds any of many words in one pass over a text. Does not know what they mean.

/** A range of a text in UTF-16 units; `to` is exclusive. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** Finds a fixed set of words. */
export interface WordFinder {
  /** The ranges covered by words, in order; overlapping words give one range. */
  find(text: string): Stretch[];
  /** The length of the longest incomplete word at the text's end; 0 for none. */
  begunAtEnd(text: string): number;
  readonly longest: number;
}

/**
 * Builds the automaton of Aho and Corasick (Efficient String Matching, 1975): linear in the words' length to build, one
 * step per unit of text to search, however many words there are.
 */
export function createWordFinder(words: ReadonlySet<string>): WordFinder {
  let units = 0;
  let longest = 0;
  for (const { length } of words) {
    units += length;
    longest = Math.max(longest, length);
  }
  // At most one node per unit; node 0 is the root.
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

/** The automaton in typed arrays: objects for hundreds of thousands of nodes would take ten times the memory. */
function createNodes(most: number, longest: number) {
  /** The length of the longest word ending in a node; 0 for none. */
  const ending = new Int32Array(most);
  const depth = new Int32Array(most);
  const parent = new Int32Array(most);
  const unitOf = new Uint16Array(most);
  /** The node of the longest proper suffix that begins a word. */
  const fallback = new Int32Array(most);
  /** A hash table from node and unit to the next node, at most half full. */
  const table = new Int32Array(2 ** Math.ceil(Math.log2(most * 2)));
  let count = 1;

  /** The slot of the next node, or an empty slot (0). */
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

  /** All nodes but the root, by depth: a fallback is never as deep as its node. */
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
    /** Call once, after all words. */
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

/** Adds a range that ends after all others, merging those that it overlaps. */
export function append(stretches: Stretch[], { from, to }: Stretch): void {
  for (let last = stretches.at(-1); last !== undefined && last.to > from; last = stretches.at(-1)) {
    from = Math.min(from, last.from);
    to = Math.max(to, last.to);
    stretches.pop();
  }
  stretches.push({ from, to });
}
