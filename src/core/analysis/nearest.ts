/** Words longer than this are not compared: nobody types a name of such length, and comparing costs its square. */
const LONGEST = 253;
/** Offered at most. */
const OFFERED = 3;

/**
 * Candidates that a mistyped word was likely meant to be, nearest first; those that begin with the word come
 * after close spellings. Empty where nothing is near.
 */
export function nearest(word: string, candidates: Iterable<string>, offered = OFFERED): string[] {
  const wanted = word.toLowerCase();
  if (wanted === '' || wanted.length > LONGEST) return [];
  const bound = Math.min(3, Math.max(1, Math.floor(wanted.length / 3)));
  const near: { candidate: string; distance: number }[] = [];
  for (const candidate of candidates) {
    const other = candidate.toLowerCase();
    const begins = wanted.length >= 3 && other.startsWith(wanted);
    const distance = begins ? bound : editDistance(wanted, other, bound);
    if (distance <= bound) near.push({ candidate, distance });
  }
  near.sort((a, b) => a.distance - b.distance || (a.candidate < b.candidate ? -1 : 1));
  return near.slice(0, offered).map((entry) => entry.candidate);
}

/**
 * Insertions, deletions, replacements and swaps of neighbours between two words (optimal string alignment, the
 * restricted Damerau-Levenshtein distance); `bound + 1` as soon as it is more than `bound`.
 */
export function editDistance(a: string, b: string, bound: number): number {
  if (Math.abs(a.length - b.length) > bound) return bound + 1;
  let twoBack: number[] = [];
  let back = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row += 1) {
    const line = [row];
    let least = row;
    for (let column = 1; column <= b.length; column += 1) {
      const same = a[row - 1] === b[column - 1];
      let cost = Math.min(
        (back[column] ?? 0) + 1,
        (line[column - 1] ?? 0) + 1,
        (back[column - 1] ?? 0) + (same ? 0 : 1),
      );
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (swapped) cost = Math.min(cost, (twoBack[column - 2] ?? 0) + 1);
      line.push(cost);
      least = Math.min(least, cost);
    }
    // A swap looks two rows back, so both must be past the bound before giving up.
    if (least > bound && Math.min(...back) > bound) return bound + 1;
    twoBack = back;
    back = line;
  }
  return Math.min(back[b.length] ?? bound + 1, bound + 1);
}
