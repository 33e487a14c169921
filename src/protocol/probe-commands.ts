// What a view of the inside asks of the worker. All of them read the model beside the session, whose states stay as they are.
import type { Part } from '../model/rewrites/ablation.ts';

export type { Part } from '../model/rewrites/ablation.ts';

/** What stands in for a part that is switched off: zeros, or the part's mean over the positions of the text. */
export type Baseline = 'zero' | 'mean';

/** Views whose memory can be given back. */
export type ProbeView = 'lens' | 'attention' | 'ablation' | 'trace';

export type ProbeCommand =
  /** Every layer's own prediction at positions `from` to `to`, tile by tile; `asked` is the id whose probability and rank are told. */
  | {
      readonly type: 'lens';
      readonly run: number;
      readonly tokens: Uint32Array;
      readonly from: number;
      readonly to: number;
      readonly asked: number;
    }
  /** Attention weights of every layer and head at one position. */
  | { readonly type: 'attention'; readonly run: number; readonly tokens: Uint32Array; readonly position: number }
  /** Attention weights of one head, or the mean over heads (null), at position `from` and every later one, tile by tile. */
  | {
      readonly type: 'attention_map';
      readonly run: number;
      readonly tokens: Uint32Array;
      readonly layer: number;
      readonly head: number | null;
      readonly from: number;
    }
  /** The model with parts switched off: the row after the last token, and log-probabilities of `tokens[from...]`. */
  | {
      readonly type: 'ablate';
      readonly run: number;
      readonly tokens: Uint32Array;
      readonly from: number;
      readonly off: readonly Part[];
      readonly baseline: Baseline;
    }
  /** Switches off each of `parts` alone: what becomes of `id` after the last token, one event a part, in their order. */
  | {
      readonly type: 'sweep';
      readonly run: number;
      readonly tokens: Uint32Array;
      readonly id: number;
      readonly parts: readonly Part[];
      readonly baseline: Baseline;
    }
  /** Logits of pinned ids (1 to 8) in the rows `from` to `to`. */
  | {
      readonly type: 'pinned';
      readonly run: number;
      readonly tokens: Uint32Array;
      readonly pins: Uint32Array;
      readonly from: number;
      readonly to: number;
    }
  /**
   * Grows a tree from the end of `tokens`: up to `depth` tokens deep, at most `children` a node, each with a probability before sampling of at
   * least `floor`. The nodes of one depth run as batches, the likeliest paths first. A node that ends the text has no children; a tree has no
   * more than 512 nodes.
   */
  | {
      readonly type: 'grow';
      readonly run: number;
      readonly tokens: Uint32Array;
      readonly depth: number;
      readonly children: number;
      readonly floor: number;
    }
  /** Vectors on the way of one position through the model. */
  | {
      readonly type: 'trace';
      readonly run: number;
      readonly tokens: Uint32Array;
      readonly position: number;
      /** Ids whose rows of the embedding matrix are asked for too: where it is the head, the other side of their logits. */
      readonly ids?: Uint32Array;
    }
  /** For each length, the time of one token with the cached keys and values of the others, and with all of them computed again. */
  | {
      readonly type: 'measure_cache';
      readonly run: number;
      readonly tokens: Uint32Array;
      readonly lengths: readonly number[];
    }
  /** Gives the memory of a view back; it is reserved anew when the view asks again. */
  | { readonly type: 'close_view'; readonly run: number; readonly view: ProbeView };
