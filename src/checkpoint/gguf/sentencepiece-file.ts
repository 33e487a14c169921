// Writes a SentencePiece model, so that a vocabulary with scores is read by the reader of such files.
// Format: sentencepiece_model.proto of google/sentencepiece; protobuf.dev/programming-guides/encoding.

interface ScoredPiece {
  readonly text: string;
  readonly score: number;
  /** NORMAL 1, UNKNOWN 2, CONTROL 3, USER_DEFINED 4, UNUSED 5, BYTE 6. */
  readonly type: number;
}

export interface SentencePieceFile {
  readonly kind: 'unigram' | 'bpe';
  readonly pieces: readonly ScoredPiece[];
  readonly byteFallback: boolean;
  readonly dummyPrefix: boolean;
  readonly removeExtraSpaces: boolean;
  readonly escapeSpaces: boolean;
  readonly charsmap: Uint8Array;
}

const utf8 = new TextEncoder();

class Message {
  #bytes: Uint8Array<ArrayBuffer>;
  #length = 0;

  constructor(capacity = 64) {
    this.#bytes = new Uint8Array(capacity);
  }

  integer(field: number, value: number): void {
    this.#varint(field * 8);
    this.#varint(value);
  }

  flag(field: number, value: boolean): void {
    this.integer(field, value ? 1 : 0);
  }

  float(field: number, value: number): void {
    this.#varint(field * 8 + 5);
    this.#add(new Uint8Array(Float32Array.of(value).buffer));
  }

  bytes(field: number, value: Uint8Array): void {
    this.#varint(field * 8 + 2);
    this.#varint(value.length);
    this.#add(value);
  }

  get done(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#length);
  }

  #varint(value: number): void {
    let rest = value;
    const out: number[] = [];
    for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) out.push((rest % 0x80) | 0x80);
    out.push(rest);
    this.#add(Uint8Array.from(out));
  }

  #add(bytes: Uint8Array): void {
    const end = this.#length + bytes.length;
    if (end > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(end, 2 * this.#bytes.length));
      larger.set(this.done);
      this.#bytes = larger;
    }
    this.#bytes.set(bytes, this.#length);
    this.#length = end;
  }
}

export function writeSentencePiece(file: SentencePieceFile): Uint8Array<ArrayBuffer> {
  const model = new Message(1 << 16);
  for (const { text, score, type } of file.pieces) {
    const piece = new Message();
    piece.bytes(1, utf8.encode(text));
    piece.float(2, score);
    piece.integer(3, type);
    model.bytes(1, piece.done);
  }
  const trainer = new Message();
  trainer.integer(3, file.kind === 'unigram' ? 1 : 2);
  trainer.flag(35, file.byteFallback);
  model.bytes(2, trainer.done);
  const normaliser = new Message();
  normaliser.bytes(2, file.charsmap);
  normaliser.flag(3, file.dummyPrefix);
  normaliser.flag(4, file.removeExtraSpaces);
  normaliser.flag(5, file.escapeSpaces);
  model.bytes(3, normaliser.done);
  return model.done;
}
