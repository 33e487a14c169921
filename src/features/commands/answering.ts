// The answer to one command: who gives it, within which bounds, and why there is none.
import type { Told } from '../../stores/document/types.ts';
import type { AskAddress } from './asking.ts';
import type { WorkOut } from './expression/working.ts';
import type { Asked } from './rounds.ts';
import type { Definition, Library, Trouble } from './types.ts';

export interface Around {
  readonly workOut: WorkOut;
  readonly askAddress: AskAddress;
  /** A person's words. Rejects when `signal` is aborted. */
  readonly ask: (definition: Definition, asked: Asked, signal: AbortSignal) => Promise<string>;
  /** Milliseconds of a clock that only goes forward, and since 1970. */
  readonly now: () => number;
  readonly date: () => number;
}

export type Answer =
  | { readonly ok: true; readonly text: string; readonly told: Told }
  | { readonly ok: false; readonly trouble: Trouble };

/** Characters before a command that an expression reads. */
const MOST_READ = 20_000;

const no = (trouble: Trouble): Answer => ({ ok: false, trouble });

/**
 * @param before the text that ends with the command
 * @throws what `signal` was aborted with
 */
export async function answerTo(
  asked: Asked,
  before: string,
  library: Library,
  signal: AbortSignal,
  around: Around,
): Promise<Answer> {
  const definition = library.definitions.find(({ name }) => name === asked.name);
  if (definition === undefined) return no({ kind: 'unknown' });
  if (!definition.enabled) return no({ kind: 'disabled' });
  const began = around.now();
  const found = await textOf(definition, asked, before, library, signal, around);
  signal.throwIfAborted();
  if (typeof found !== 'string') return no(found);
  const { mostText } = library.protocol;
  if (found.length > mostText) return no({ kind: 'too_long', length: found.length, most: mostText });
  const { purpose, by, source, path } = definition;
  const told = { command: asked.name, purpose, by, source, path, ms: around.now() - began, at: around.date() };
  return { ok: true, text: found, told };
}

async function textOf(
  definition: Definition,
  asked: Asked,
  before: string,
  { allowed }: Library,
  signal: AbortSignal,
  around: Around,
): Promise<string | Trouble> {
  const { by, source, path } = definition;
  switch (by) {
    case 'person':
      return around.ask(definition, asked, signal);
    case 'text':
      return source;
    case 'expression': {
      const text = before.slice(-MOST_READ);
      const worked = await around.workOut({ source, text, argument: asked.argument }, signal);
      if (worked === null) return { kind: 'timeout' };
      return worked.ok ? worked.text : { kind: 'expression', words: worked.words };
    }
    case 'address': {
      const answer = await around.askAddress({ template: source, argument: asked.argument, allowed, path }, signal);
      if (answer.kind === 'refused') return { kind: 'address', why: answer.why, address: source };
      const { fetched, address } = answer;
      return fetched.ok ? fetched.text : { kind: 'fetch', fault: fetched.fault, address };
    }
    default:
      return by satisfies never;
  }
}
