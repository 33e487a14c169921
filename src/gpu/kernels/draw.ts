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

/**
 * From the row in `logits` to the record of its draw; `reduced`: its pieces are there. Sizes of the vocabulary stand in the setting, so that all models
 * share two pipelines.
 */
export function planDraw(kernelClass: KernelClass, logits: string, reduced = false): Dispatch[] {
  // One workgroup with barriers: on a CPU they cost little where it is no wider than one of its vectors. A word of workgroup memory costs
  // SwiftShader half a millisecond of compiling, so that little lies there.
  const onCpu = kernelClass === 'barrier_free' || kernelClass === 'naive';
  const [piecesWide, wide] = onCpu ? [8, 4] : [64, 256];
  const buffers = {
    setting: { buffer: 'draw/setting' },
    logits: { buffer: logits },
    pieces: { buffer: 'draw/pieces' },
  };
  const reduction: Dispatch = {
    label: 'head (draw_pieces)',
    kernel: drawPieces,
    consts: { WORKGROUP: piecesWide },
    bind: [buffers.setting, buffers.logits, buffers.pieces],
    grid: [MOST_PIECES / piecesWide, 1, 1],
  };
  const drawing: Dispatch = {
    label: 'head (draw)',
    kernel: draw,
    consts: { WORKGROUP: wide, LIST: LISTED, RAISED, ROOM, STRETCHES: Math.max(64, wide) },
    bind: [
      buffers.setting,
      buffers.logits,
      buffers.pieces,
      { buffer: 'draw/touched' },
      { buffer: 'draw/found' },
      { buffer: 'draw/bins' },
      { buffer: 'draw/record' },
    ],
    grid: [1, 1, 1],
  };
  return reduced ? [drawing] : [reduction, drawing];
}
