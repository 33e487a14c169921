// draw_pieces and draw: a row of logits to a drawn token and the record of its draw.

import type { KernelClass } from '../device.ts';
import type { Dispatch } from '../dispatch.ts';
import { LISTED, MOST_PIECES, RAISED, ROOM } from '../draw-record.ts';
import { kernel, reads, writes } from './kernel.ts';

const drawPieces = kernel('draw_pieces', {
  parts: ['draw_setting'],
  bindings: [...reads('setting', 'logits'), ...writes('pieces')],
  consts: { WORKGROUP: 'u32' },
});

const draw = kernel('draw', {
  parts: ['draw_setting', 'row_shares', 'draw_touched', 'draw_list', 'draw_past', 'draw_row'],
  bindings: [...reads('setting', 'logits', 'pieces', 'touched'), ...writes('found', 'bins', 'record')],
  consts: { WORKGROUP: 'u32', LIST: 'u32', RAISED: 'u32', ROOM: 'u32', STRETCHES: 'u32' },
});

export const kernels = [drawPieces, draw];

const isCpu = (kernelClass: KernelClass): boolean => kernelClass === 'barrier_free' || kernelClass === 'naive';

/** From the row in `logits` to the pieces of a draw. */
export function planPieces(kernelClass: KernelClass, logits: string): Dispatch {
  const wide = isCpu(kernelClass) ? 8 : 64;
  return {
    label: 'head (draw_pieces)',
    kernel: drawPieces,
    consts: { WORKGROUP: wide },
    bind: [{ buffer: 'draw/setting' }, { buffer: logits }, { buffer: 'draw/pieces' }],
    grid: [MOST_PIECES / wide, 1, 1],
  };
}

/**
 * From the row in `logits` to the record of its draw; `reduced`: its pieces are there. Sizes of the vocabulary stand in the setting, so that all models
 * share two pipelines.
 */
export function planDraw(kernelClass: KernelClass, logits: string, reduced = false): Dispatch[] {
  // One workgroup with barriers: on a CPU they cost little where it is no wider than one of its vectors. A word of workgroup memory costs
  // SwiftShader half a millisecond of compiling, so that little lies there.
  const wide = isCpu(kernelClass) ? 4 : 256;
  const drawing: Dispatch = {
    label: 'head (draw)',
    kernel: draw,
    consts: { WORKGROUP: wide, LIST: LISTED, RAISED, ROOM, STRETCHES: Math.max(64, wide) },
    bind: [
      { buffer: 'draw/setting' },
      { buffer: logits },
      { buffer: 'draw/pieces' },
      { buffer: 'draw/touched' },
      { buffer: 'draw/found' },
      { buffer: 'draw/bins' },
      { buffer: 'draw/record' },
    ],
    grid: [1, 1, 1],
  };
  return reduced ? [drawing] : [planPieces(kernelClass, logits), drawing];
}
