// A model on the GPU from a folder or a GGUF file on disk, for tools of the command line.
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
