// Values with typed arrays as JSON, and back.
import * as v from 'valibot';

const ARRAYS = { Uint32Array, Uint16Array, Uint8Array, Float64Array } as const;
const TYPED_ARRAY = v.object({
  array: v.picklist(['Uint32Array', 'Uint16Array', 'Uint8Array', 'Float64Array']),
  /** JSON has null for what is no finite number. */
  values: v.array(v.nullable(v.number())),
});

/** JSON with typed arrays as `{ array: 'Uint32Array', values: [...] }`. */
export function toJson(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => {
    if (typeof part !== 'object') return part;
    const name = Object.keys(ARRAYS).find(each => part instanceof ARRAYS[each as keyof typeof ARRAYS]);
    return name === undefined ? part : { array: name, values: Array.from(part as Iterable<number>) };
  });
}

/** Null for what is no JSON. */
export function fromJson(json: string): unknown {
  try {
    return JSON.parse(json, (_, part: unknown) => {
      if (typeof part !== 'object') return part;
      const typed = v.safeParse(TYPED_ARRAY, part);
      return typed.success
        ? ARRAYS[typed.output.array].from(typed.output.values.map(value => value ?? Number.NaN))
        : part;
    });
  } catch {
    return null;
  }
}
