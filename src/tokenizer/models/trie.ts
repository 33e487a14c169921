// Texts by their beginnings: which of them a text begins with, unit by unit. A hash table in typed arrays, for it is asked at every step.

const EMPTY = -1;

export class Trie {
  #mask = 1023;
  #node = new Int32Array(1024).fill(EMPTY);
  #unit = new Uint16Array(1024);
  #child = new Int32Array(1024);
  #values: number[] = [EMPTY];

  /** A later value of the same text holds. */
  set(text: string, value: number): void {
    let node = 0;
    for (let i = 0; i < text.length; i++) node = this.#grown(node, text.charCodeAt(i));
    this.#values[node] = value;
  }

  #grown(node: number, unit: number): number {
    const place = this.#place(node, unit);
    if (this.#node[place] !== EMPTY) return this.#child[place] ?? EMPTY;
    const child = this.#values.push(EMPTY) - 1;
    this.#node[place] = node;
    this.#unit[place] = unit;
    this.#child[place] = child;
    if (2 * child > this.#mask) this.#enlarge();
    return child;
  }

  #enlarge(): void {
    const [nodes, units, children] = [this.#node, this.#unit, this.#child];
    const places = 4 * nodes.length;
    this.#mask = places - 1;
    this.#node = new Int32Array(places).fill(EMPTY);
    this.#unit = new Uint16Array(places);
    this.#child = new Int32Array(places);
    for (const [i, node] of nodes.entries()) {
      if (node === EMPTY) continue;
      const place = this.#place(node, units[i] ?? 0);
      this.#node[place] = node;
      this.#unit[place] = units[i] ?? 0;
      this.#child[place] = children[i] ?? EMPTY;
    }
  }

  #place(node: number, unit: number): number {
    let hash = Math.imul(node, 0x9e3779b1) ^ Math.imul(unit, 0x85ebca77);
    hash ^= hash >>> 15;
    let place = hash & this.#mask;
    while (this.#node[place] !== EMPTY && (this.#node[place] !== node || this.#unit[place] !== unit)) {
      place = (place + 1) & this.#mask;
    }
    return place;
  }

  /** The node one unit further than `node`; the first is 0. -1 where no text goes on so. */
  next(node: number, unit: number): number {
    const place = this.#place(node, unit);
    return this.#node[place] === EMPTY ? EMPTY : (this.#child[place] ?? EMPTY);
  }

  /** The value of the text that ends at a node; -1 for none. */
  valueAt(node: number): number {
    return this.#values[node] ?? EMPTY;
  }
}
