// Calls of tools in what a model writes: the forms of the common families, read with care, since any text may come. What is found is a wish: who answers, and
// whether anything is fetched, is for the person's commands to say.

export interface Call {
  readonly name: string;
  readonly arguments: Readonly<Record<string, unknown>>;
}

export type Found =
  | { readonly kind: 'none' }
  /** `start` and `end` of all of them in the reply, UTF-16 units. */
  | { readonly kind: 'calls'; readonly calls: readonly Call[]; readonly start: number; readonly end: number }
  /** A call is begun that is none: it is not whole, is no JSON, names no tool, or they are too many. */
  | { readonly kind: 'unread'; readonly why: 'open' | 'json' | 'shape' | 'many' };

export const MOST_CALLS = 8;
/** UTF-16 units of one call. */
const MOST_CALL = 20_000;

const NONE = { kind: 'none' } as const;
const unread = (why: 'open' | 'json' | 'shape' | 'many') => ({ kind: 'unread', why }) as const;

/** Hermes and Qwen, Phi-4 and Granite, LFM2, Llama 3, Mistral. */
const SIGNS = ['<tool_call>', '<|tool_call|>', '<|tool_call_start|>', '<|python_tag|>', '[TOOL_CALLS]'] as const;
const CLOSES = ['</tool_call>', '<|/tool_call|>', '<|tool_call_end|>'];

/** What some models write themselves behind a call, in the place of a result: a reply ends there. */
export const CALL_ENDS: readonly string[] = ['<tool_response>', '<|eom_id|>'];

interface Part {
  readonly calls: readonly Call[];
  readonly end: number;
}

/** @param from where the answer begins: what a model thinks before it is no call. */
export function callsIn(reply: string, from: number): Found {
  const start = nextSign(reply, from);
  if (start < 0) return bareCalls(reply, from);
  const calls: Call[] = [];
  let end = start;
  for (let at = start; at >= 0 && reply.slice(end, at).trim() === ''; at = nextSign(reply, end)) {
    const part = partAt(reply, at);
    if (typeof part === 'string') return unread(part);
    for (const call of part.calls) calls.push(call);
    end = part.end;
    if (calls.length > MOST_CALLS) return unread('many');
  }
  return { kind: 'calls', calls, start, end };
}

/** Something else than another call stands behind the calls. */
export function goesOnBehind(reply: string, end: number): boolean {
  const rest = reply.slice(end).trimStart();
  return rest !== '' && !SIGNS.some(sign => sign.startsWith(rest) || rest.startsWith(sign));
}

function nextSign(text: string, from: number): number {
  let first = -1;
  for (const sign of SIGNS) {
    const at = text.indexOf(sign, from);
    if (at >= 0 && (first < 0 || at < first)) first = at;
  }
  return first;
}

function partAt(text: string, at: number): Part | 'open' | 'json' | 'shape' {
  const sign = SIGNS.find(each => text.startsWith(each, at)) ?? '';
  const begin = spaceAfter(text, at + sign.length);
  if (begin === text.length) return 'open';
  if (sign === '<|tool_call_start|>' && text[begin] === '[') return closed(text, pythonAt(text, begin));
  if (text.startsWith('<function=', begin)) return closed(text, taggedAt(text, begin));
  const named = sign === '[TOOL_CALLS]' ? NAMED.exec(text.slice(begin, begin + 200)) : null;
  if (named === null) return closed(text, jsonAt(text, begin, callsOf));
  const name = named[1] ?? '';
  return closed(
    text,
    jsonAt(text, begin + named[0].length, value => callsOf({ name, arguments: value })),
  );
}

/** Newer Mistral models: `[TOOL_CALLS]name[ARGS]{…}`. */
const NAMED = /^([\w.-]{1,128})(?:\[CALL_ID\]\w+)?(?:\[ARGS\])?\s*(?=\{)/;

/** With the sign that closes the call, where it is there. */
function closed<T>(text: string, part: Part | T): Part | T {
  if (typeof part !== 'object' || part === null || !('end' in part)) return part;
  const at = spaceAfter(text, part.end);
  const close = CLOSES.find(each => text.startsWith(each, at));
  return close === undefined ? part : { ...part, end: at + close.length };
}

function jsonAt(
  text: string,
  at: number,
  read: (value: unknown) => readonly Call[] | null,
): Part | 'open' | 'json' | 'shape' {
  if (text[at] !== '{' && text[at] !== '[') return 'json';
  const end = jsonEnd(text, at);
  if (end < 0) return text.length - at > MOST_CALL ? 'json' : 'open';
  const value = parsed(text.slice(at, end));
  if (value === undefined) return 'json';
  const calls = read(value);
  return calls === null || calls.length === 0 ? 'shape' : { calls, end };
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

/** One past the bracket that closes the one at `at`; -1 where none does within `MOST_CALL`. */
function jsonEnd(text: string, at: number): number {
  const most = Math.min(text.length, at + MOST_CALL);
  let depth = 0;
  let quoted = false;
  for (let i = at; i < most; i++) {
    const char = text[i];
    if (quoted) {
      if (char === '\\') i++;
      else if (char === '"') quoted = false;
    } else if (char === '"') quoted = true;
    else if (char === '{' || char === '[') depth++;
    else if ((char === '}' || char === ']') && --depth === 0) return i + 1;
  }
  return -1;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Calls as families write them: one or a list, bare or within `function` or `tool_calls`, `arguments` or `parameters`, as an object or as JSON. Null for what is none. */
function callsOf(value: unknown): readonly Call[] | null {
  const list = Array.isArray(value) ? value : [value];
  const calls: Call[] = [];
  for (const each of list) {
    if (!isRecord(each)) return null;
    const { tool_calls: inner } = each;
    // One level: a list within a list is no call.
    const within: readonly unknown[] = Array.isArray(inner) ? inner : [each];
    for (const one of within) {
      const call = callOf(one);
      if (call === null) return null;
      calls.push(call);
    }
  }
  return calls;
}

function callOf(value: unknown): Call | null {
  if (!isRecord(value)) return null;
  const { function: inner } = value;
  const { name, arguments: given, parameters } = isRecord(inner) ? inner : value;
  if (typeof name !== 'string' || name === '' || name.length > 128) return null;
  const found = given ?? parameters ?? {};
  const read = typeof found === 'string' ? (found.trim() === '' ? {} : parsed(found)) : found;
  return isRecord(read) ? { name, arguments: read } : null;
}

/** A reply that is a call and nothing else, as Llama 3 writes it, perhaps within a fence. */
function bareCalls(reply: string, from: number): Found {
  const fenced = /^\s*```(?:json)?\s*/.exec(reply.slice(from, from + 100))?.[0];
  const begin = spaceAfter(reply, from + (fenced?.length ?? 0));
  if (reply[begin] !== '{' && reply[begin] !== '[') return NONE;
  const calls: Call[] = [];
  let end = begin;
  for (let at = begin; reply[at] === '{' || reply[at] === '['; at = spaceAfter(reply, end, ';')) {
    const part = jsonAt(reply, at, callsOf);
    if (typeof part === 'string') return BEGUN.test(reply.slice(at, at + 100)) ? unread(part) : NONE;
    for (const call of part.calls) calls.push(call);
    end = part.end;
    if (calls.length > MOST_CALLS) return unread('many');
  }
  const rest = reply.slice(end).trim();
  if (rest !== '' && !(fenced !== undefined && rest === '```')) return NONE;
  return { kind: 'calls', calls, start: begin, end };
}

const BEGUN = /^\[?\s*\{\s*"(?:name|function|tool_calls)"\s*:.*"(?:arguments|parameters)"/s;

/** Qwen's newer form: `<function=name><parameter=key>value</parameter></function>`. */
function taggedAt(text: string, at: number): Part | 'open' | 'shape' {
  const until = text.indexOf('</function>', at);
  if (until < 0 || until - at > MOST_CALL) return 'open';
  const [opened, name] = /^<function=([^>\n]{1,128})>/.exec(text.slice(at, until)) ?? [];
  if (opened === undefined || name === undefined) return 'shape';
  const inside = text.slice(at + opened.length, until);
  const found = inside.matchAll(/<parameter=([^>\n]{1,128})>\n?([\s\S]*?)\n?<\/parameter>/g);
  const given = Array.from(found, ([, key = '', value = '']) => [key, value] as const);
  return { calls: [{ name, arguments: Object.fromEntries(given) }], end: until + '</function>'.length };
}

const STRING = /"(?:[^"\\\n]|\\.){0,4000}"|'(?:[^'\\\n]|\\.){0,4000}'/y;
const WORD = /-?\d+(?:\.\d+)?|True|False|None/y;
const CALL = /([A-Za-z_][\w.]{0,127})\(/y;
const KEY = /([A-Za-z_]\w{0,127})\s*=\s*/y;

/** LFM2's form, a list of calls as Python writes them: `[name(key="value")]`; the values are texts, numbers, True, False and None. */
function pythonAt(text: string, at: number): Part | 'open' | 'json' {
  const calls: Call[] = [];
  let end = at + 1;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = end;
    const found = pattern.exec(text);
    if (found !== null) end += found[0].length;
    return found;
  };
  const wrong = () => (text.indexOf('<|tool_call_end|>', at) < 0 ? 'open' : 'json');
  while (text[end] !== ']') {
    const name = take(CALL)?.[1];
    if (name === undefined) return wrong();
    const given: [string, unknown][] = [];
    while (text[end] !== ')') {
      const key = take(KEY)?.[1];
      const value = key === undefined ? null : (take(STRING) ?? take(WORD))?.[0];
      if (key === undefined || value === null || value === undefined) return wrong();
      given.push([key, pythonValue(value)]);
      end = spaceAfter(text, end, ',');
    }
    end = spaceAfter(text, end + 1, ',');
    calls.push({ name, arguments: Object.fromEntries(given) });
    if (calls.length > MOST_CALLS) return 'json';
  }
  return calls.length === 0 ? 'json' : { calls, end: end + 1 };
}

function pythonValue(written: string): unknown {
  if (written === 'True' || written === 'False') return written === 'True';
  if (written === 'None') return null;
  if (/^["']/.test(written)) {
    return written.slice(1, -1).replaceAll(/\\(.)/g, (_, char: string) => (char === 'n' ? '\n' : char));
  }
  return Number(written);
}

/** Past white space and one sign of a list, where it stands there. */
function spaceAfter(text: string, at: number, sign = ''): number {
  let end = at;
  while (end < text.length && /\s/.test(text.charAt(end))) end++;
  return sign !== '' && text.startsWith(sign, end) ? spaceAfter(text, end + 1) : end;
}

const MOST_ARGUMENT = 300;

/** What a command takes: the one text that it is given, else all of it as JSON. */
export function argumentOf({ arguments: given }: Call): string {
  const values = Object.entries(given);
  const [only] = values;
  const { argument } = given;
  const value = Object.hasOwn(given, 'argument') ? argument : values.length === 1 ? only?.[1] : given;
  if (values.length === 0 || value === null || value === undefined) return '';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.replaceAll(/\s+/g, ' ').trim().slice(0, MOST_ARGUMENT);
}
