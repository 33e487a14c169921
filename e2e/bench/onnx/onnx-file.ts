// Writes ONNX files: nodes, constants and tensors of a graph. Source of the fields: onnx.proto3 of onnx/onnx.
import { Message } from './protobuf.ts';

const OPSET = 17;
const IR_VERSION = 8;
export const FLOAT = 1;
export const INT64 = 7;

/** Of an attribute: a whole number, a float behind `float`, or whole numbers. */
export type Attribute = number | readonly number[] | { readonly float: number };
/** A size, or the name of one that is not known. */
type Size = number | string;

export class OnnxGraph {
  readonly #message = new Message();
  readonly #constants = new Set<string>();
  #made = 0;

  constructor(name: string) {
    this.#message.text(2, name);
  }

  /** A node with one result; its name, made up unless given. */
  node(
    type: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>> = {},
    out = this.#name(),
  ) {
    const node = new Message();
    for (const input of inputs) node.text(1, input);
    node.text(2, out).text(3, out).text(4, type);
    for (const [name, value] of Object.entries(attributes)) node.message(5, attributeOf(name, value));
    this.#message.message(1, node);
    return out;
  }

  /** Whole numbers as a tensor of one axis, or as a scalar where `values` is one number. The same numbers are one tensor. */
  integers(values: number | readonly number[]): string {
    const name = `int64 ${JSON.stringify(values)}`;
    if (this.#constants.has(name)) return name;
    this.#constants.add(name);
    const list = BigInt64Array.from([values].flat(), BigInt);
    const shape = typeof values === 'number' ? [] : [values.length];
    return this.tensor(name, shape, INT64, new Uint8Array(list.buffer));
  }

  scalar(value: number): string {
    const name = `float ${value}`;
    if (this.#constants.has(name)) return name;
    this.#constants.add(name);
    return this.floats(name, [], Float32Array.of(value));
  }

  floats(name: string, shape: readonly number[], values: Float32Array): string {
    return this.tensor(name, shape, FLOAT, new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  }

  tensor(name: string, shape: readonly number[], type: number, raw: Uint8Array): string {
    const tensor = new Message();
    for (const size of shape) tensor.integer(1, size);
    tensor.integer(2, type).text(8, name).bytes(9, raw);
    this.#message.message(5, tensor);
    return name;
  }

  input(name: string, type: number, shape: readonly Size[]): string {
    this.#message.message(11, valueInfo(name, type, shape));
    return name;
  }

  output(name: string, type: number, shape: readonly Size[]): void {
    this.#message.message(12, valueInfo(name, type, shape));
  }

  /** The file in pieces. */
  file(): readonly Uint8Array[] {
    const opset = new Message().text(1, '').integer(2, OPSET);
    return new Message().integer(1, IR_VERSION).text(2, 'nucleus').message(7, this.#message).message(8, opset).parts;
  }

  #name(): string {
    return `v${this.#made++}`;
  }
}

function attributeOf(name: string, value: Attribute): Message {
  const attribute = new Message().text(1, name);
  if (typeof value === 'number') return attribute.integer(3, value).integer(20, 2);
  if ('float' in value) return attribute.float(2, value.float).integer(20, 1);
  for (const each of value) attribute.integer(8, each);
  return attribute.integer(20, 7);
}

function valueInfo(name: string, type: number, shape: readonly Size[]): Message {
  const sizes = new Message();
  for (const size of shape) {
    sizes.message(1, typeof size === 'number' ? new Message().integer(1, size) : new Message().text(2, size));
  }
  const tensor = new Message().integer(1, type).message(2, sizes);
  return new Message().text(1, name).message(2, new Message().message(1, tensor));
}
