// Reads the pickle of a PyTorch archive without running anything: a small machine that knows tensors, their storages, dictionaries, lists and plain
// values. Whatever else a pickle asks for is refused by its name.
//
// Operations: Lib/pickletools.py of CPython.
import { NucleusError } from '../../lib/error.ts';
import { type Dict, type Global, isDict, isKnown, isTuple, type Value } from './pickle-values.ts';
import { rebuild, storageOf } from './rebuild.ts';

/** More than any state dict has: a value for each costs memory. */
const MOST_VALUES = 1_000_000;
const MOST_SHOWN = 80;

function badPickle(message: string): NucleusError {
  return new NucleusError('bad_pytorch', message);
}

const text = new TextDecoder('utf-8', { fatal: true });

/** The operations of one pickle over a stack of values. */
class Machine {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;
  #made = 0;
  readonly #stack: Value[] = [];
  /** Heights of the stack at which a list of unknown length began. */
  readonly #marks: number[] = [];
  readonly #memo = new Map<number, Value>();

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  run(): Value {
    for (;;) {
      const code = this.byte();
      if (code === STOP) return this.pop();
      const operation = OPERATIONS.get(code);
      if (operation === undefined)
        throw badPickle(`the pickle has the operation ${shownCode(code)}, which is not read`);
      operation(this);
    }
  }

  #take(count: number): number {
    const begin = this.#at;
    if (count > this.#bytes.length - begin) throw badPickle('the pickle is cut short');
    this.#at += count;
    return begin;
  }

  byte = (): number => this.#view.getUint8(this.#take(1));
  u16 = (): number => this.#view.getUint16(this.#take(2), true);
  u32 = (): number => this.#view.getUint32(this.#take(4), true);
  i32 = (): number => this.#view.getInt32(this.#take(4), true);
  /** Big-endian, as pickles have it. */
  f64 = (): number => this.#view.getFloat64(this.#take(8));
  /** A length of 8 bytes; one beyond the pickle is found when it is taken. */
  u64 = (): number => Number(this.#view.getBigUint64(this.#take(8), true));

  /** Little-endian, two's complement. */
  long(bytes: number): number {
    if (bytes > 8) throw badPickle(`the pickle has a number of ${bytes} bytes`);
    const begin = this.#take(bytes);
    let value = 0n;
    for (let i = bytes - 1; i >= 0; i--) value = value * 256n + BigInt(this.#view.getUint8(begin + i));
    const number = Number(BigInt.asIntN(bytes * 8, value));
    if (!Number.isSafeInteger(number)) throw badPickle('the pickle has a number beyond 2^53');
    return number;
  }

  string(bytes: number): string {
    const begin = this.#take(bytes);
    try {
      return text.decode(this.#bytes.subarray(begin, begin + bytes));
    } catch {
      throw badPickle('the pickle has a text that is not UTF-8');
    }
  }

  line(): string {
    const end = this.#bytes.indexOf(0x0a, this.#at);
    if (end < 0) throw badPickle('the pickle is cut short');
    const line = this.string(end - this.#at);
    this.#take(1);
    return line;
  }

  skip(bytes: number): void {
    this.#take(bytes);
  }

  push(value: Value): void {
    if (++this.#made > MOST_VALUES) throw badPickle(`the pickle has more than ${MOST_VALUES} values`);
    this.#stack.push(value);
  }

  pop(): Value {
    const lowest = this.#marks.at(-1) ?? 0;
    const value = this.#stack.length > lowest ? this.#stack.pop() : undefined;
    if (value === undefined) throw badPickle('the pickle takes a value where there is none');
    return value;
  }

  top(): Value {
    const value = this.pop();
    this.#stack.push(value);
    return value;
  }

  mark(): void {
    if (this.#marks.length >= MOST_VALUES) throw badPickle(`the pickle has more than ${MOST_VALUES} marks`);
    this.#marks.push(this.#stack.length);
  }

  /** All values since the last mark. */
  popMarked(): Value[] {
    const from = this.#marks.pop();
    if (from === undefined) throw badPickle('the pickle ends a list that never began');
    return this.#stack.splice(from);
  }

  remember(key = this.#memo.size): void {
    this.#memo.set(key, this.top());
  }

  recall(key: number): void {
    const value = this.#memo.get(key);
    if (value === undefined) throw badPickle(`the pickle recalls ${key}, which it never stored`);
    this.push(value);
  }
}

const STOP = 0x2e;

const shownCode = (code: number) => `0x${code.toString(16).padStart(2, '0')}`;

const emptyDict = (): Dict => ({ kind: 'dict', entries: new Map() });

/** Something named, where it is one of the known; all others end here, before anything is done with them. */
function named(module: string, name: string): Global {
  const whole = `${module}.${name}`;
  if (isKnown(whole)) return { kind: 'global', name: whole };
  const shown = JSON.stringify(whole.length > MOST_SHOWN ? `${whole.slice(0, MOST_SHOWN)}...` : whole);
  throw badPickle(`the pickle asks for ${shown}; only tensors and dictionaries of them are read`);
}

function stackGlobal(machine: Machine): void {
  const name = machine.pop();
  const module = machine.pop();
  if (typeof name !== 'string' || typeof module !== 'string') throw badPickle('the pickle asks for something nameless');
  machine.push(named(module, name));
}

function setItems(machine: Machine, items: readonly Value[]): void {
  const dict = machine.top();
  if (!isDict(dict) || items.length % 2 !== 0) throw badPickle('the pickle puts items where no dictionary is');
  for (let i = 0; i < items.length; i += 2) {
    const key = items[i];
    if (typeof key === 'object' && key !== null) throw badPickle('the pickle has a key that is no plain value');
    dict.entries.set(key ?? null, items[i + 1] ?? null);
  }
}

function append(machine: Machine, items: readonly Value[]): void {
  const list = machine.top();
  if (typeof list !== 'object' || list?.kind !== 'list') throw badPickle('the pickle appends where no list is');
  for (const item of items) list.items.push(item);
}

function reduce(machine: Machine): void {
  const args = machine.pop();
  const callee = machine.pop();
  if (typeof callee !== 'object' || callee?.kind !== 'global' || !isTuple(args))
    throw badPickle('the pickle calls what cannot be called');
  machine.push(rebuild(callee.name, args.items));
}

/** The state of an object: an ordered dictionary may carry `_metadata`, which says nothing of the tensors. */
function build(machine: Machine): void {
  machine.pop();
  if (!isDict(machine.top())) throw badPickle('the pickle sets the state of something that has none');
}

function setOne(machine: Machine): void {
  const value = machine.pop();
  setItems(machine, [machine.pop(), value]);
}

function appendOne(machine: Machine): void {
  append(machine, [machine.pop()]);
}

function tupleOf(machine: Machine, count: number): void {
  const items: Value[] = [];
  for (let i = 0; i < count; i++) items.unshift(machine.pop());
  machine.push({ kind: 'tuple', items });
}

type Operation = (machine: Machine) => void;

/** By code; the names of pickletools stand beside them. */
const OPERATIONS: ReadonlyMap<number, Operation> = new Map<number, Operation>([
  [0x80, m => m.skip(1)], // PROTO
  [0x95, m => m.skip(8)], // FRAME
  [0x4e, m => m.push(null)], // NONE
  [0x88, m => m.push(true)], // NEWTRUE
  [0x89, m => m.push(false)], // NEWFALSE
  [0x4a, m => m.push(m.i32())], // BININT
  [0x4b, m => m.push(m.byte())], // BININT1
  [0x4d, m => m.push(m.u16())], // BININT2
  [0x8a, m => m.push(m.long(m.byte()))], // LONG1
  [0x47, m => m.push(m.f64())], // BINFLOAT
  [0x58, m => m.push(m.string(m.u32()))], // BINUNICODE
  [0x8c, m => m.push(m.string(m.byte()))], // SHORT_BINUNICODE
  [0x8d, m => m.push(m.string(m.u64()))], // BINUNICODE8
  [0x55, m => m.push(m.string(m.byte()))], // SHORT_BINSTRING
  [0x54, m => m.push(m.string(m.u32()))], // BINSTRING
  [0x28, m => m.mark()], // MARK
  [0x30, m => void m.pop()], // POP
  [0x31, m => void m.popMarked()], // POP_MARK
  [0x32, m => m.push(m.top())], // DUP
  [0x29, m => tupleOf(m, 0)], // EMPTY_TUPLE
  [0x85, m => tupleOf(m, 1)], // TUPLE1
  [0x86, m => tupleOf(m, 2)], // TUPLE2
  [0x87, m => tupleOf(m, 3)], // TUPLE3
  [0x74, m => m.push({ kind: 'tuple', items: m.popMarked() })], // TUPLE
  [0x5d, m => m.push({ kind: 'list', items: [] })], // EMPTY_LIST
  [0x6c, m => m.push({ kind: 'list', items: m.popMarked() })], // LIST
  [0x61, appendOne], // APPEND
  [0x65, m => append(m, m.popMarked())], // APPENDS
  [0x7d, m => m.push(emptyDict())], // EMPTY_DICT
  [0x73, setOne], // SETITEM
  [0x75, m => setItems(m, m.popMarked())], // SETITEMS
  [0x71, m => m.remember(m.byte())], // BINPUT
  [0x72, m => m.remember(m.u32())], // LONG_BINPUT
  [0x94, m => m.remember()], // MEMOIZE
  [0x68, m => m.recall(m.byte())], // BINGET
  [0x6a, m => m.recall(m.u32())], // LONG_BINGET
  [0x63, m => m.push(named(m.line(), m.line()))], // GLOBAL
  [0x93, stackGlobal], // STACK_GLOBAL
  [0x51, m => m.push(storageOf(m.pop()))], // BINPERSID
  [0x52, reduce], // REDUCE
  [0x62, build], // BUILD
]);

/**
 * The value that a pickle describes. Takes time and memory in proportion to its length and no more; recurses nowhere.
 * @throws NucleusError bad_pytorch that names what is not read.
 */
export function readPickle(bytes: Uint8Array): Value {
  return new Machine(bytes).run();
}
