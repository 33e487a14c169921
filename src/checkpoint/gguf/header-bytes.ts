// The beginning of a GGUF file, read by ranges that grow until the header ends: never more than twice its size, and nothing is copied on the way.
import { NucleusError } from '../../lib/error.ts';

/** Bytes [begin, end) of the file. */
export type ReadRange = (begin: number, end: number) => Promise<Uint8Array>;

/** The first range: small files, and the headers of models with small vocabularies, take one request. */
const FIRST = 256 * 1024;
/** Up to here a range is as long as all before it, then half as long. */
const DOUBLED = 4 * 1024 * 1024;
/** Far above any vocabulary with its merges. */
const MOST = 256 * 1024 * 1024;

export function bad(message: string): NucleusError {
  return new NucleusError('bad_gguf', message);
}

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

interface Range {
  readonly begin: number;
  readonly bytes: Uint8Array;
  readonly view: DataView;
}

export class HeaderBytes {
  readonly fileSize: number;
  readonly #read: ReadRange;
  readonly #ranges: Range[] = [];
  /** The range of the last access: most follow each other. */
  #last = 0;
  #loaded = 0;

  constructor(fileSize: number, read: ReadRange) {
    this.fileSize = fileSize;
    this.#read = read;
  }

  /** Bytes from the beginning that are here. */
  get loaded(): number {
    return this.#loaded;
  }

  /** Reads on, at least to `end`. Throws `bad_gguf` past the end of the file. */
  async load(end: number): Promise<void> {
    if (end > this.fileSize) throw bad(`the header is cut short: the file ends at byte ${this.fileSize}`);
    if (end > MOST) throw bad(`a header of more than ${MOST} bytes`);
    const begin = this.#loaded;
    const next = begin === 0 ? FIRST : begin < DOUBLED ? begin * 2 : begin + begin / 2;
    const bytes = await this.#read(begin, Math.min(this.fileSize, Math.max(end, Math.floor(next))));
    if (begin + bytes.length < end) throw bad(`the header is cut short: the file ends at byte ${begin + bytes.length}`);
    this.#ranges.push({ begin, bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length) });
    this.#loaded = begin + bytes.length;
  }

  /** Bytes [at, at + length), which are loaded; a copy where they lie across two ranges. */
  bytes(at: number, length: number): Uint8Array {
    const { begin, bytes } = this.#rangeAt(at);
    if (at + length <= begin + bytes.length) return bytes.subarray(at - begin, at - begin + length);
    const out = new Uint8Array(length);
    for (let done = 0; done < length; ) {
      const range = this.#rangeAt(at + done);
      const piece = range.bytes.subarray(at + done - range.begin, at + length - range.begin);
      out.set(piece, done);
      done += piece.length;
    }
    return out;
  }

  text(at: number, length: number): string {
    return length === 0 ? '' : utf8.decode(this.bytes(at, length));
  }

  uint32(at: number): number {
    const [view, place] = this.#place(at, 4);
    return view.getUint32(place, true);
  }

  /** Above 2^53 not exact, and far above any size that is accepted. */
  uint64(at: number): number {
    const [view, place] = this.#place(at, 8);
    return view.getUint32(place + 4, true) * 2 ** 32 + view.getUint32(place, true);
  }

  /** A view on `length` bytes, and where in it they begin. */
  #place(at: number, length: number): readonly [DataView, number] {
    const { begin, bytes, view } = this.#rangeAt(at);
    if (at + length <= begin + bytes.length) return [view, at - begin];
    return [this.view(at, length), 0];
  }

  view(at: number, length: number): DataView {
    const bytes = this.bytes(at, length);
    return new DataView(bytes.buffer, bytes.byteOffset, length);
  }

  #rangeAt(at: number): Range {
    const last = this.#ranges[this.#last];
    if (last !== undefined && at >= last.begin && at < last.begin + last.bytes.length) return last;
    this.#last = this.#ranges.findIndex(({ begin, bytes }) => at >= begin && at < begin + bytes.length);
    const found = this.#ranges[this.#last];
    if (found === undefined) throw new RangeError(`byte ${at} of the header is not loaded`);
    return found;
  }
}
