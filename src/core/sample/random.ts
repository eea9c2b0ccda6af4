/** A stream of pseudo-random numbers that depends on its labels alone. Not for secrets. */
export interface Random {
  /** At least 0, below 1. */
  next(): number;
  /** A whole number of at least 0 and below `bound`. */
  below(bound: number): number;
  /** Whole, with the mean `expected`: the fraction decides by chance whether one more. */
  round(expected: number): number;
  /** Nearly normally distributed, mean 0, standard deviation 1. */
  normal(): number;
  /** `length` hexadecimal digits. */
  hex(length: number): string;
}

/** FNV-1a with another basis per word, so that each word of the state sees the whole label. */
function hash(text: string, basis: number): number {
  let word = basis;
  for (let index = 0; index < text.length; index += 1)
    word = Math.imul(word ^ text.charCodeAt(index), 0x01000193);
  word ^= word >>> 15;
  return Math.imul(word, 0x2c1b3c6d) ^ (word >>> 13);
}

/** Steps thrown away before the first number, which spread the hash over the whole state. */
const WARM_UP = 12;

/**
 * The stream named by these labels, such as a seed, a sender and a day. Streams with different labels are
 * independent, so what one part of a scenario draws never shifts another part. The generator is sfc32 of Chris
 * Doty-Humphrey's PractRand: 128 bits of state, equal on every platform.
 */
export function randomFor(...labels: readonly (string | number)[]): Random {
  const name = labels.join('\u0000');
  let a = hash(name, 0x811c9dc5);
  let b = hash(name, 0x9e3779b9);
  let c = hash(name, 0x85ebca6b);
  let counter = 1;

  function word(): number {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }
  for (let step = 0; step < WARM_UP; step += 1) word();

  const next = (): number => word() / 0x1_0000_0000;
  return {
    next,
    below: (bound) => Math.floor(next() * bound),
    round: (expected) => Math.floor(expected + next()),
    // The sum of twelve, less its mean: sums are equal on every platform, logarithms need not be.
    normal() {
      let sum = -6;
      for (let term = 0; term < 12; term += 1) sum += next();
      return sum;
    },
    hex(length) {
      let digits = '';
      while (digits.length < length) digits += word().toString(16).padStart(8, '0');
      return digits.slice(0, length);
    },
  };
}

/**
 * Parts of `total` in proportion to the weights, whole and with exact sum. Chance decides the fractions alone
 * (systematic sampling), so each part differs from its due by less than one.
 */
export function divide(total: number, weights: readonly number[], random: Random): number[] {
  const sum = weights.reduce((all, weight) => all + weight, 0);
  if (sum <= 0) return weights.map(() => 0);
  const offset = random.next();
  let given = 0;
  let passed = 0;
  let lastWeighted = weights.length - 1;
  while (lastWeighted > 0 && weights[lastWeighted] === 0) lastWeighted -= 1;
  return weights.map((weight, index) => {
    passed += weight;
    const due = index >= lastWeighted ? total : Math.min(total, Math.floor((passed / sum) * total + offset));
    const part = due - given;
    given = due;
    return part;
  });
}
