// A chat template made into text. Templates are programs from strangers: what runs them here is bounded in length, and runs in a worker that can be ended.
import { Environment, Interpreter, parse, tokenize } from '@huggingface/jinja';

/** One message of a conversation, as templates read it. */
export interface ChatMessage {
  readonly role: string;
  readonly content: string;
  /** Calls of tools, as transformers has them. */
  readonly tool_calls?: readonly unknown[];
  /** Of a result: which call it answers, and by which tool. */
  readonly tool_call_id?: string;
  readonly name?: string;
}

/** What a template is given beside the messages. */
export interface TemplateVariables {
  readonly bos_token?: string;
  readonly eos_token?: string;
  readonly add_generation_prompt?: boolean;
  readonly enable_thinking?: boolean;
  readonly tools?: readonly unknown[];
  readonly [name: string]: unknown;
}

export interface RenderRequest {
  readonly source: string;
  readonly messages: readonly ChatMessage[];
  readonly variables: TemplateVariables;
  /** What `strftime_now` reads, milliseconds since 1970. */
  readonly now: number;
}

/** What became of one request. */
export type Rendered =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'refused' | 'failed'; readonly words: string };

/** UTF-16 units. */
const MOST_SOURCE = 128 * 1024;
const MOST_OUTPUT = 4 * 1024 * 1024;
const MOST_RANGE = 100_000;

/** Words by `raise_exception`: what the model's author wrote for this case. */
export class TemplateRefusal extends Error {}

/** @throws Error with what is wrong with the template, TemplateRefusal with what it says itself. */
export function renderTemplate({ source, messages, variables, now }: RenderRequest): string {
  if (source.length > MOST_SOURCE) throw new Error(`the template has more than ${MOST_SOURCE} characters`);
  const program = parse(tokenize(withoutUndefinedTests(source), { lstrip_blocks: true, trim_blocks: true }));
  const environment = new Environment();
  const given = { ...globals(now), ...variables, messages };
  for (const [name, value] of Object.entries(given)) if (value !== undefined) environment.set(name, value);
  const { value } = new Interpreter(environment).run(program);
  const text = String(value);
  if (text.length > MOST_OUTPUT) throw new Error(`the template writes more than ${MOST_OUTPUT} characters`);
  return text;
}

/** `renderTemplate`, with what it throws as words. */
export function rendered(request: RenderRequest): Rendered {
  try {
    return { kind: 'text', text: renderTemplate(request) };
  } catch (thrown) {
    const words = thrown instanceof Error ? thrown.message : String(thrown);
    return { kind: thrown instanceof TemplateRefusal ? 'refused' : 'failed', words };
  }
}

/** The library's `selectattr` passes over objects that lack the attribute, whatever the test; its `rejectattr` keeps them, as Jinja's does. */
function withoutUndefinedTests(source: string): string {
  return source.replaceAll(/\bselectattr\((\s*(["'])\w+\2\s*,\s*)(["'])undefined\3/g, 'rejectattr($1$3defined$3');
}

function globals(now: number): Record<string, unknown> {
  return {
    true: true,
    false: false,
    none: null,
    True: true,
    False: false,
    None: null,
    raise_exception: (words: unknown) => {
      throw new TemplateRefusal(String(words));
    },
    strftime_now: (format: unknown) => strftime(new Date(now), String(format)),
    range,
  };
}

function range(first: number, second?: number, step = 1): number[] {
  const [start, stop] = second === undefined || second === null ? [0, first] : [first, second];
  const length = Math.max(0, Math.ceil((stop - start) / step));
  if (!(length <= MOST_RANGE)) throw new Error(`range() of more than ${MOST_RANGE} numbers`);
  return Array.from({ length }, (_, i) => start + i * step);
}

const MONTHS = 'January February March April May June July August September October November December'.split(' ');
const DAYS = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ');

/** As Python's in the C locale, whatever the language of the browser; other letters stay as they are. */
export function strftime(date: Date, format: string): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const month = MONTHS[date.getMonth()] ?? '';
  const day = DAYS[date.getDay()] ?? '';
  const words: Readonly<Record<string, string>> = {
    Y: String(date.getFullYear()),
    y: two(date.getFullYear() % 100),
    m: two(date.getMonth() + 1),
    B: month,
    b: month.slice(0, 3),
    d: two(date.getDate()),
    A: day,
    a: day.slice(0, 3),
    H: two(date.getHours()),
    I: two(date.getHours() % 12 || 12),
    p: date.getHours() < 12 ? 'AM' : 'PM',
    M: two(date.getMinutes()),
    S: two(date.getSeconds()),
    '%': '%',
  };
  return format.replaceAll(/%([A-Za-z%])/g, (whole, letter: string) => words[letter] ?? whole);
}
