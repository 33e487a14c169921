// Several GGUF models beside each other, in a repository or a folder, for the tests of how one of them is chosen.
import type { Page } from '@playwright/test';
import { smallModel } from './faults.ts';
import { writeGguf } from './gguf-file.ts';
import { goldenGguf } from './gguf-golden.ts';
import { ggufModel } from './page-models.ts';

const { whole, parts } = ggufModel();

/** The shipped model as one file. */
export const WHOLE = whole;

// Keys of 64 positions take 208 KiB in one piece.
const WIDE = smallModel({ n_embd: 832, n_head: 8, n_layer: 1, layer_norm_epsilon: 1e-5 });
const wide = goldenGguf(
  { weightsFile: new Uint8Array(Buffer.from(WIDE['model.safetensors'] ?? '')) },
  JSON.parse(String(WIDE['config.json'])),
).file;
/** One that runs, one that takes a large piece of memory, one of an unknown architecture, one that is cut off. */
export const SEVERAL = {
  'unknown.gguf': writeGguf({ metadata: [['general.architecture', 'sphinx']] }),
  'damaged.gguf': whole.subarray(0, 300),
  'wide.gguf': wide,
  'nucleus.gguf': whole,
};

/** The same in a folder: beside them what is no model, and one in parts in a folder of its own. */
export const FOLDER = {
  ...SEVERAL,
  'parts/nucleus-00001-of-00002.gguf': parts[0],
  'parts/nucleus-00002-of-00002.gguf': parts[1],
  'mmproj-nucleus.gguf': 'not read',
  'README.md': 'a card',
};

/** What is wider than its box, of the dialog that is open. */
export function widerThanTheirBox(page: Page): Promise<string[]> {
  return page
    .locator('dialog[open]')
    .evaluate(dialog =>
      [...dialog.querySelectorAll(':not(.visually-hidden, input)')]
        .filter(each => each.clientWidth > 0 && each.scrollWidth > each.clientWidth + 1)
        .map(each => each.outerHTML.slice(0, 80)),
    );
}
