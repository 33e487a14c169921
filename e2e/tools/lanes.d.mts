// Types of lanes.mjs, which is plain JavaScript because `npm test` runs it before anything is built.

export function inLanes<S, R>(
  lanes: readonly (readonly S[])[],
  run: (step: S) => Promise<R>,
  ended?: () => boolean,
): Promise<R[]>;

export function namedLines(
  name: string,
  write: (line: string) => unknown,
): { readonly push: (piece: string) => void; readonly end: () => void };
