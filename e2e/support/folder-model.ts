// A model on the GPU from a folder or a GGUF file on disk, for tools of the command line.
import { isBlockDtype } from '../../src/checkpoint/blocks.ts';
import type { NumericCheckpoint } from '../../src/engine/checkpoint.ts';
import { ModelLoader } from '../../src/engine/model.ts';
import type { Gpu } from '../../src/gpu/device.ts';
import type { WeightFormat } from '../../src/lib/weight-format.ts';
import type { FolderFiles } from './node-files.ts';

/** `format`: how matrices of floats are stored; null as in the checkpoint. */
export async function loadFolder(
  gpu: Gpu,
  files: FolderFiles,
  { graph, tensors, weightFiles }: NumericCheckpoint,
  format: WeightFormat | null,
): ReturnType<ModelLoader['finish']> {
  const options = format === null ? {} : { format };
  const loader = await ModelLoader.create(gpu, gpu.scope.open('model'), graph, tensors, options);
  for (const file of weightFiles) await loader.upload(file, files.stream(file));
  return loader.finish();
}

/** The format that a checkpoint can be loaded in: none where it has blocks, which are computed as they are. Says so where one was asked for. */
export function formatFor(
  { tensors }: NumericCheckpoint,
  format: WeightFormat | null,
  say: (line: string) => void,
): WeightFormat | null {
  const quantised = [...tensors.values()].find(({ dtype }) => isBlockDtype(dtype));
  if (format === null || quantised === undefined) return format;
  const { name, dtype } = quantised;
  say(`--format ${format} changes nothing: ${name} is ${dtype}, and blocks are computed as they are`);
  return null;
}
