// How the tensors of a checkpoint lie where that is not as its family's files have them. The numbers are the same.

export interface Arrangement {
  /** Pairs of a head that turn together are neighbours. */
  readonly interleaved: boolean;
  /** Norms hold 1 + w where the family's have w. */
  readonly wholeNorms: boolean;
  /** Value heads of the delta rule are tiled, and factors of its decay lie as -exp of what the family has. */
  readonly tiledDelta: boolean;
  /** True for a matrix that lies as [out, in] where the family has [in, out]. */
  turned(name: string): boolean;
  /** Row i of the family's tensor is row `order[i]` of the one that lies here; null where rows lie as they do there. */
  order(name: string, rows: number): readonly number[] | null;
}
