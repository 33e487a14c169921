// A part of a JSON value by its path: `$.current.temperature_2m`, `list[0].name`, `$["a b"]`.

type PathFault = 'bad_path' | 'no_such_part';

export type PartOf = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly why: PathFault };

const STEP = /^(?:\.?([\p{L}\p{N}_$-]+)|\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]|\['([^'\\]*)'\])/u;
const MOST_STEPS = 64;

/** The keys of a path; null for what is none. `''` and `$` are the whole. */
export function readPath(path: string): readonly string[] | null {
  const steps: string[] = [];
  let rest = path.trim().replace(/^\$(?=$|[.[])/, '');
  while (rest !== '') {
    const [whole = '', name, index, double, single] = STEP.exec(rest) ?? [];
    if (whole === '' || steps.length === MOST_STEPS) return null;
    const key = name ?? index ?? single ?? unquoted(double ?? '');
    if (key === null) return null;
    steps.push(key);
    rest = rest.slice(whole.length);
    if (rest !== '' && !/^[.[]/.test(rest)) return null;
  }
  return steps;
}

function unquoted(literal: string): string | null {
  try {
    return String(JSON.parse(literal));
  } catch {
    return null;
  }
}

/** Own parts of objects and lists alone: what a prototype has is no part. */
export function partAt(value: unknown, path: string): PartOf {
  const steps = readPath(path);
  if (steps === null) return { ok: false, why: 'bad_path' };
  let part = value;
  for (const key of steps) {
    if (typeof part !== 'object' || part === null || !Object.hasOwn(part, key))
      return { ok: false, why: 'no_such_part' };
    const next: unknown = Reflect.get(part, key);
    part = next;
  }
  return { ok: true, value: part };
}

/** A part as text: strings as they are, all else as JSON writes it. */
export function partText(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}
