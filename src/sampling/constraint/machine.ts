// A grammar as a machine over bytes: states with edges on bytes, edges on nothing, and calls of rules, as a recursive transition network has them.
import { badConstraint, type Grammar, type List, type Pattern } from './pattern.ts';
import { type ByteRanges, utf8Ranges } from './utf8.ts';

/** States of a machine at most: some tens of megabytes. */
const MOST_STATES = 200_000;

export interface Machine {
  /** Of every state: lowest byte, highest byte, next state, and so on. */
  readonly onBytes: readonly (readonly number[])[];
  /** Of every state: states that it is as well. */
  readonly onNothing: readonly (readonly number[])[];
  /** Of every state: a rule, the state behind it, and so on. */
  readonly calls: readonly (readonly number[])[];
  /** First state of every rule. */
  readonly starts: readonly number[];
  /** 1 for the last state of a rule. [states] */
  readonly ends: Uint8Array;
}

/** Without what leads to no end. Throws `bad_constraint` for one that would take more than MOST_STATES, and for one that no text can match. */
export function machineOf({ rules }: Grammar): Machine {
  const builder = new Builder();
  const starts = rules.map(() => builder.state());
  const ends = rules.map((rule, i) => builder.add(rule, starts[i] ?? 0));
  const flags = new Uint8Array(builder.onBytes.length);
  for (const end of ends) flags[end] = 1;
  const { onBytes, onNothing, calls } = builder;
  return pruned({ onBytes, onNothing, calls, starts, ends: flags });
}

interface Call {
  readonly from: number;
  readonly rule: number;
  readonly to: number;
}

function callsOf({ calls }: Machine): Call[] {
  return calls.flatMap((each, from) =>
    Array.from({ length: each.length / 2 }, (_, i) => ({ from, rule: each[2 * i] ?? 0, to: each[2 * i + 1] ?? 0 })),
  );
}

/** Without edges and calls from which the end of their rule is out of reach: a walk then never comes to where no byte can follow. */
function pruned(machine: Machine): Machine {
  const { onBytes, onNothing, calls, starts } = machine;
  const leads = leadToEnd(machine);
  if (leads[starts[0] ?? 0] !== 1) throw badConstraint('no text can match it', '');
  const led = (state: number | undefined): boolean => leads[state ?? -1] === 1;
  return {
    ...machine,
    onNothing,
    onBytes: onBytes.map(each => each.filter((_, i) => led(each[i - (i % 3) + 2]))),
    calls: calls.map(each => each.filter((_, i) => led(starts[each[i - (i % 2)] ?? -1]) && led(each[i - (i % 2) + 1]))),
  };
}

/** 1 for states from which the end of their rule can be reached. [states] */
function leadToEnd(machine: Machine): Uint8Array {
  const { onBytes, onNothing, starts, ends } = machine;
  const before: number[][] = onBytes.map(() => []);
  for (const [from, each] of onBytes.entries())
    for (let i = 2; i < each.length; i += 3) before[each[i] ?? 0]?.push(from);
  for (const [from, each] of onNothing.entries()) for (const to of each) before[to]?.push(from);
  // A call leads on once its rule and what is behind it do.
  const waiting: Call[][] = onBytes.map(() => []);
  for (const call of callsOf(machine))
    for (const state of [call.to, starts[call.rule] ?? 0]) waiting[state]?.push(call);
  const leads = new Uint8Array(onBytes.length);
  const open = Array.from(ends.keys()).filter(state => ends[state] === 1);
  for (let state = open.pop(); state !== undefined; state = open.pop()) {
    if (leads[state] === 1) continue;
    leads[state] = 1;
    for (const from of before[state] ?? []) open.push(from);
    for (const { from, rule, to } of waiting[state] ?? [])
      if (leads[to] === 1 && leads[starts[rule] ?? 0] === 1) open.push(from);
  }
  return leads;
}

class Builder {
  readonly onBytes: number[][] = [];
  readonly onNothing: number[][] = [];
  readonly calls: number[][] = [];

  state(): number {
    if (this.onBytes.length >= MOST_STATES)
      throw badConstraint(
        `it takes more than ${MOST_STATES} states: a repetition with a large number, or too much of it`,
        '',
      );
    this.onNothing.push([]);
    this.calls.push([]);
    return this.onBytes.push([]) - 1;
  }

  /** What `pattern` allows from a state on; gives the state behind it. */
  add(pattern: Pattern, from: number): number {
    switch (pattern.kind) {
      case 'text':
        return this.#text(pattern.text, from);
      case 'chars':
        return this.#chars(pattern.ranges.flatMap(utf8Ranges), from);
      case 'sequence':
        return pattern.parts.reduce((at, part) => this.add(part, at), from);
      case 'either':
        return this.#either(pattern.parts, from);
      case 'repeat':
        return this.#repeat(pattern, from);
      case 'rule': {
        const to = this.state();
        this.calls[from]?.push(pattern.rule, to);
        return to;
      }
      case 'list':
        return this.#list(pattern, from);
      default:
        return pattern satisfies never;
    }
  }

  #text(text: string, from: number): number {
    let at = from;
    for (const byte of new TextEncoder().encode(text)) {
      const next = this.state();
      this.onBytes[at]?.push(byte, byte, next);
      at = next;
    }
    return at;
  }

  /** Sequences that go on alike share the states they end with. */
  #chars(sequences: readonly ByteRanges[], from: number): number {
    const to = this.state();
    const before = new Map<string, number>();
    for (const bytes of sequences) {
      let at = to;
      for (let i = bytes.length - 1; i > 0; i--) {
        const [lo, hi] = bytes[i] ?? [0, 0];
        const key = `${at} ${lo} ${hi}`;
        let earlier = before.get(key);
        if (earlier === undefined) {
          earlier = this.state();
          this.onBytes[earlier]?.push(lo, hi, at);
          before.set(key, earlier);
        }
        at = earlier;
      }
      const [lo, hi] = bytes[0] ?? [0, 0];
      this.onBytes[from]?.push(lo, hi, at);
    }
    return to;
  }

  #either(parts: readonly Pattern[], from: number): number {
    const to = this.state();
    for (const part of parts) {
      const begin = this.state();
      this.#join(from, begin);
      this.#join(this.add(part, begin), to);
    }
    return to;
  }

  #repeat({ part, min, max }: Extract<Pattern, { kind: 'repeat' }>, from: number): number {
    let at = from;
    for (let i = 0; i < min; i++) at = this.add(part, at);
    const to = this.state();
    if (max === Number.POSITIVE_INFINITY) {
      const loop = this.state();
      this.#join(at, loop);
      this.#join(this.add(part, loop), loop);
      this.#join(loop, to);
      return to;
    }
    for (let i = min; i < max; i++) {
      this.#join(at, to);
      const begin = this.state();
      this.#join(at, begin);
      at = this.add(part, begin);
    }
    this.#join(at, to);
    return to;
  }

  #list({ items, rest, separator, closed }: List, from: number): number {
    const to = this.state();
    // Before an item: where none has come yet, and where one has.
    let [none, some] = [from, this.state()];
    for (const { part, required } of items) {
      const next = this.state();
      const after = this.state();
      this.#join(this.add(part, this.#separated(none, some, separator)), after);
      if (!required) {
        this.#join(none, closed ? to : next);
        this.#join(some, closed ? to : after);
      }
      [none, some] = [next, after];
    }
    if (rest !== null) this.#join(this.add(rest, this.#separated(none, some, separator)), some);
    this.#join(none, to);
    this.#join(some, to);
    return to;
  }

  /** Where an item begins: at once, or behind a separator. */
  #separated(none: number, some: number, separator: Pattern): number {
    const begin = this.state();
    this.#join(none, begin);
    this.#join(this.add(separator, some), begin);
    return begin;
  }

  #join(from: number, to: number): void {
    this.onNothing[from]?.push(to);
  }
}
