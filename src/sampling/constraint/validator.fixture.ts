// Test support: a small validator of JSON schemas, from the words of the specification (draft 2020-12), for the keywords that constraints hold.

type Fields = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

function hasType(value: unknown, type: unknown): boolean {
  if (type === 'object') return isObject(value);
  if (type === 'array') return Array.isArray(value);
  if (type === 'null') return value === null;
  if (type === 'integer') return Number.isInteger(value);
  return typeof value === type;
}

function resolved(root: unknown, reference: string): unknown {
  return reference
    .split('/')
    .slice(1)
    .reduce<unknown>((value, part) => (isObject(value) ? value[part] : undefined), root);
}

function validNumber(s: Fields, value: number): boolean {
  return (
    (typeof s.minimum !== 'number' || value >= s.minimum) &&
    (typeof s.maximum !== 'number' || value <= s.maximum) &&
    (typeof s.exclusiveMinimum !== 'number' || value > s.exclusiveMinimum) &&
    (typeof s.exclusiveMaximum !== 'number' || value < s.exclusiveMaximum)
  );
}

function validString(s: Fields, value: string): boolean {
  const length = [...value].length;
  if (s.format === 'date-time' && Number.isNaN(Date.parse(value))) return false;
  return (
    (typeof s.minLength !== 'number' || length >= s.minLength) &&
    (typeof s.maxLength !== 'number' || length <= s.maxLength) &&
    (typeof s.pattern !== 'string' || new RegExp(s.pattern, 'u').test(value))
  );
}

function validArray(s: Fields, value: readonly unknown[], root: unknown): boolean {
  const prefix = list(s.prefixItems);
  return (
    (typeof s.minItems !== 'number' || value.length >= s.minItems) &&
    (typeof s.maxItems !== 'number' || value.length <= s.maxItems) &&
    value.every((each, i) => isValid(i < prefix.length ? prefix[i] : (s.items ?? true), each, root))
  );
}

function validObject(s: Fields, value: Fields, root: unknown): boolean {
  const properties = isObject(s.properties) ? s.properties : {};
  return (
    list(s.required).every(name => Object.hasOwn(value, String(name))) &&
    Object.entries(value).every(([name, each]) =>
      isValid(properties[name] ?? s.additionalProperties ?? true, each, root),
    )
  );
}

/** Whether a value is valid under a schema; `root` is where its references begin. */
export function isValid(schema: unknown, value: unknown, root: unknown): boolean {
  if (typeof schema === 'boolean') return schema;
  if (!isObject(schema)) throw new Error('no schema');
  const s = schema;
  const types = s.type === undefined ? null : [s.type].flat();
  return (
    (types === null || types.some(type => hasType(value, type))) &&
    (s.enum === undefined || list(s.enum).some(each => JSON.stringify(each) === JSON.stringify(value))) &&
    (!('const' in s) || JSON.stringify(s.const) === JSON.stringify(value)) &&
    (typeof s.$ref !== 'string' || isValid(resolved(root, s.$ref), value, root)) &&
    (s.anyOf === undefined || list(s.anyOf).some(each => isValid(each, value, root))) &&
    (s.oneOf === undefined || list(s.oneOf).filter(each => isValid(each, value, root)).length === 1) &&
    list(s.allOf).every(each => isValid(each, value, root)) &&
    (typeof value !== 'number' || validNumber(s, value)) &&
    (typeof value !== 'string' || validString(s, value)) &&
    (!Array.isArray(value) || validArray(s, value, root)) &&
    (!isObject(value) || validObject(s, value, root))
  );
}
