// Which formats of checkpoints there are, and which of them a folder is in.
import type { CheckpointFiles, CheckpointFormat, StoredCheckpoint } from './checkpoint.ts';
import { GGUF } from './gguf/format.ts';
import { type GgufModel, modelOfFile, modelsAmong } from './gguf/splits.ts';
import { PYTORCH, SAFETENSORS } from './hub-folder.ts';

/** By preference. The first is what a folder is taken for that holds no weights at all: it says what is missing. */
const FORMATS: readonly [CheckpointFormat, ...CheckpointFormat[]] = [SAFETENSORS, PYTORCH, GGUF];

/** The first whose weights are all there by name; else the first that has any. */
function formatOf(names: Iterable<string>): CheckpointFormat {
  const all = new Set(names);
  const complete = FORMATS.find(format => format.isComplete(all));
  return complete ?? FORMATS.find(format => [...all].some(name => format.isWeights(name))) ?? FORMATS[0];
}

/** True for a file with weights, in any format. */
export function isWeights(name: string): boolean {
  return FORMATS.some(format => format.isWeights(name));
}

/** True for a file that is a model by itself, or a part of one: of two that are called the same only their folders tell which is which. */
export function isModelItself(name: string): boolean {
  return GGUF.isWeights(name);
}

/** True for what a model's numbers depend on; see `CheckpointFormat.decidesNumbers`. */
export function decidesNumbers(name: string): boolean {
  return FORMATS.some(format => format.decidesNumbers(name));
}

/** Asks for every file that a model may have, in the first format that it is in; see `CheckpointFormat.seek`. */
export async function seekFiles(
  ask: (file: string) => Promise<boolean>,
  read: (file: string) => Promise<Uint8Array>,
): Promise<void> {
  for (const format of FORMATS) if (await format.seek(ask, read)) return;
}

/** Several models may lie in one repository: each by its file, or the first of its parts, with all of them. None where there is but one. */
export function modelsIn(present: ReadonlySet<string>): readonly GgufModel[] {
  const models = formatOf(present) === GGUF ? modelsAmong(present) : [];
  return models.length > 1 ? models : [];
}

/** The files of the model that `file` is, or is a part of. */
export function partsOf(file: string): readonly string[] {
  return modelOfFile(file).files;
}

/** Every file of the model among those that are there; see `CheckpointFormat.files`. */
export function modelFiles(
  present: ReadonlySet<string>,
  read: (file: string) => Promise<Uint8Array>,
): Promise<readonly string[]> {
  return formatOf(present).files(present, read);
}

/** All that is known before the weights; see `CheckpointFormat.open`. */
export function openCheckpoint(files: CheckpointFiles): Promise<StoredCheckpoint> {
  return formatOf(files.names).open(files);
}
