// Names of tensors as checkpoints wrap them: the same weight under `h.0...`, `transformer.h.0...`, `_orig_mod.module.transformer.h.0...`.

/** What programs put before the names of a model that they wrap: transformers (and its models of several kinds of input), PyTorch's DataParallel and compile, trainers. */
const WRAPPERS = [
  'transformer.',
  'model.',
  'module.',
  '_orig_mod.',
  'gpt2.',
  'gpt_neox.',
  'decoder.',
  'language_model.',
];

/** A name in two parts: wrappers, however deep, and what they wrap. */
export function unwrapped(name: string): { readonly wrapping: string; readonly plain: string } {
  let at = 0;
  for (;;) {
    const wrapper = WRAPPERS.find(each => name.startsWith(each, at));
    if (wrapper === undefined) return { wrapping: name.slice(0, at), plain: name.slice(at) };
    at += wrapper.length;
  }
}

/** The tensor that is called `plain` once it is unwrapped; undefined where there is none. */
export type TensorFinder = (plain: string) => string | undefined;

/**
 * Finds the tensors of one model among the names of a checkpoint. `wanted` are the names of its weights. All come from the wrapping that holds the most of
 * them (of equals the shortest), or from one around it, where a head often lies: never from another model beside it.
 */
export function tensorFinder(wanted: readonly string[], names: Iterable<string>): TensorFinder {
  const plainWanted = new Set(wanted.map(name => unwrapped(name).plain));
  const byWrapping = new Map<string, Map<string, string>>();
  for (const name of names) {
    const { wrapping, plain } = unwrapped(name);
    const inside = byWrapping.get(wrapping) ?? new Map<string, string>();
    byWrapping.set(wrapping, inside.set(plain, name));
  }
  const held = (inside: ReadonlyMap<string, string>): number =>
    [...plainWanted].reduce((sum, plain) => sum + Number(inside.has(plain)), 0);
  const [best = ''] = [...byWrapping]
    .map(([wrapping, inside]) => [wrapping, held(inside)] as const)
    .sort(([a, n], [b, m]) => m - n || a.length - b.length)
    .map(([wrapping]) => wrapping);
  const around = [...byWrapping.keys()]
    .filter(wrapping => best.startsWith(wrapping))
    .sort((a, b) => b.length - a.length);
  return name => {
    const { plain } = unwrapped(name);
    for (const wrapping of around) {
      const found = byWrapping.get(wrapping)?.get(plain);
      if (found !== undefined) return found;
    }
    return undefined;
  };
}
