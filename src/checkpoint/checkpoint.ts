// One interface for the files of a model, whatever their format: configuration, tensors by name, and where their bytes lie.
import type { Arrangement } from './arrangement.ts';
import type { JsonFields } from './json.ts';
import type { TensorRange } from './safetensors.ts';

/** Files as a reader of checkpoints sees them: a folder on disk, a download on its way, a cache. */
export interface CheckpointFiles {
  readonly names: readonly string[];
  has(name: string): boolean;
  /** Bytes of one file. @throws NucleusError missing_file for a name that is not there. */
  size(name: string): number;
  /** A whole file: for the small ones. */
  bytes(name: string): Promise<Uint8Array<ArrayBuffer>>;
  /** Bytes [begin, end) of a file. */
  read(name: string, begin: number, end: number): Promise<Uint8Array<ArrayBuffer>>;
  /** The beginning of README.md, which is no file of the model; '' where there is none. */
  card?(): Promise<string>;
}

/** A tensor, and the file it lies in. */
export interface StoredTensor extends TensorRange {
  readonly file: string;
}

export interface StoredWeights {
  /** By name, in the order of the bytes in each file. */
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  /** Files with weights, in reading order. */
  readonly weightFiles: readonly string[];
}

/** What a format says of a model before its weights are read. JSON is parsed and not yet checked: architectures and tokenizers know what it may hold. */
export interface StoredCheckpoint {
  /** As config.json has it; of a model of several kinds of input the part about text. */
  readonly config: unknown;
  /** The bytes of every file that says something of the tokenizer, by name. */
  readonly tokenizerFiles: ReadonlyMap<string, Uint8Array>;
  /** As tokenizer_config.json has it; empty where the model has none. */
  readonly tokenizerConfig: JsonFields;
  /** As generation_config.json has it; empty where the model has none. */
  readonly generation: JsonFields;
  /** How the tensors lie, where that is not as the family's own files have them. */
  readonly arrangement?: Arrangement;
  /** Where the tensors lie. Rejects with `bad_json`, `missing_file`, `bad_safetensors`, `bad_pytorch`, `bad_gguf`, and what reading the files rejects with. */
  weights(): Promise<StoredWeights>;
}

/** One way to lay a model down in files. A new format is one file with such a record, and a line in formats.ts. */
export interface CheckpointFormat {
  readonly name: string;
  /** Files that only this format has: to tell it from others by names alone. */
  isWeights(file: string): boolean;
  /** True for what the model's numbers depend on: configuration and weights. */
  decidesNumbers(file: string): boolean;
  /** True when the weights are among these files, as far as names tell. */
  isComplete(present: ReadonlySet<string>): boolean;
  /**
   * Asks a host that lists nothing for every file that may be there; `ask` tells whether it is. False when there are no weights of this format. Rejects as
   * `files` does.
   */
  seek(ask: (file: string) => Promise<boolean>, read: (file: string) => Promise<Uint8Array>): Promise<boolean>;
  /**
   * Every file of the model among those that are there: small ones first, then the weights in reading order. `read` gives a small file.
   * Rejects with `missing_file` that names all that is missing, and `bad_json`.
   */
  files(present: ReadonlySet<string>, read: (file: string) => Promise<Uint8Array>): Promise<readonly string[]>;
  /** Reads the small files. Rejects with `bad_json`, `missing_file`, and what reading the files rejects with. */
  open(files: CheckpointFiles): Promise<StoredCheckpoint>;
}
