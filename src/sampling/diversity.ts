// How varied texts are, by the runs of n tokens ("n-grams") in them. Pure; texts are token ids, so that no vocabulary is asked.

/** The n-grams of texts as whole numbers: the same number for the same gram, in all of them. */
class Grams {
  readonly #numbers = new Map<number, number>();

  /** Numbers of the grams of a text, in their order; none where it is shorter than n. */
  of(ids: ArrayLike<number>, n: number): number[] {
    const found: number[] = [];
    for (let from = 0; from + n <= ids.length; from++) {
      let gram = 0;
      for (let i = 0; i < n; i++) gram = this.#behind(gram, ids[from + i]!);
      found.push(gram);
    }
    return found;
  }

  /** A prefix and the id behind it: prefixes are fewer than 2^21, ids below 2^32, so their pair is exact. */
  #behind(prefix: number, id: number): number {
    const key = prefix * 2 ** 32 + id;
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    this.#numbers.set(key, this.#numbers.size + 1);
    return this.#numbers.size;
  }
}

/** distinct-n (Li et al., "A diversity-promoting objective function for neural conversation models", 2016): different n-grams of all, over the texts together. NaN where there are none. */
export function distinctN(texts: readonly ArrayLike<number>[], n: number): number {
  const grams = new Grams();
  const different = new Set<number>();
  let all = 0;
  for (const text of texts) {
    for (const gram of grams.of(text, n)) {
      different.add(gram);
      all++;
    }
  }
  return all === 0 ? Number.NaN : different.size / all;
}

/**
 * How much of a text stands in the others, on average over the texts: the share of its n-grams that one of them has, each as often as that one has it
 * (the precision within Self-BLEU, Zhu et al., "Texygen", 2018). 0: nothing in common; 1: copies. NaN for fewer than two texts with n-grams.
 */
export function selfOverlap(texts: readonly ArrayLike<number>[], n: number): number {
  const grams = new Grams();
  const counted = texts.map(text => countsOf(grams.of(text, n))).filter(({ size }) => size > 0);
  if (counted.length < 2) return Number.NaN;
  const most = mostTwice(counted);
  const shares = counted.map(counts => {
    let [all, shared] = [0, 0];
    for (const [gram, count] of counts) {
      const { first, second, holder } = most.get(gram) ?? NOWHERE;
      all += count;
      shared += Math.min(count, holder === counts ? second : first);
    }
    return shared / all;
  });
  return shares.reduce((a, b) => a + b, 0) / shares.length;
}

type Counts = ReadonlyMap<number, number>;

function countsOf(grams: readonly number[]): Counts {
  const counts = new Map<number, number>();
  for (const gram of grams) counts.set(gram, (counts.get(gram) ?? 0) + 1);
  return counts;
}

interface Most {
  readonly first: number;
  readonly second: number;
  /** The text that has it most often. */
  readonly holder: Counts | null;
}
const NOWHERE: Most = { first: 0, second: 0, holder: null };

/** How often each gram stands in the text that has it most, and in the one after that. */
function mostTwice(counted: readonly Counts[]): ReadonlyMap<number, Most> {
  const most = new Map<number, Most>();
  for (const counts of counted) {
    for (const [gram, count] of counts) {
      const { first, second, holder } = most.get(gram) ?? NOWHERE;
      if (count > first) most.set(gram, { first: count, second: first, holder: counts });
      else most.set(gram, { first, second: Math.max(second, count), holder });
    }
  }
  return most;
}
