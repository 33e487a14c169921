// A constraint as a person wrote it, read into a machine. In bounded time: texts have a length, machines a number of states.
import type { Constraint } from '../steps/constraint.ts';
import { type Machine, machineOf } from './machine.ts';
import { Masks, type Sorted, type Spelled, sorted } from './masks.ts';
import { badConstraint, either, type Grammar, text } from './pattern.ts';
import { readRegex } from './regex.ts';
import { readSchema } from './schema.ts';

const SORTED = new WeakMap<Spelled, Sorted>();

/** The masks of a constraint over a vocabulary, which is put in order once. Throws as `readConstraint`. */
export function masksFor(vocabulary: Spelled, constraint: Constraint): Masks {
  const machine = readConstraint(constraint);
  const order = SORTED.get(vocabulary) ?? sorted(vocabulary);
  SORTED.set(vocabulary, order);
  return new Masks(order, machine);
}

/** Throws `bad_constraint`, which says where and why. */
export function readConstraint(constraint: Constraint): Machine {
  return machineOf(grammarOf(constraint));
}

function grammarOf({ kind, text: source }: Constraint): Grammar {
  switch (kind) {
    case 'none':
      throw badConstraint('there is none', '');
    case 'choices':
      return { rules: [either(choicesOf(source).map(text))] };
    case 'regex':
      return { rules: [readRegex(source)] };
    case 'json_schema':
      return readSchema(source);
    default:
      return kind satisfies never;
  }
}

/** One a line, white space within it as it is. Throws `bad_constraint` where there is none. */
function choicesOf(source: string): string[] {
  const lines = [...new Set(source.split(/\r?\n/))].filter(line => line !== '');
  if (lines.length === 0) throw badConstraint('the list of choices is empty', '');
  return lines;
}
