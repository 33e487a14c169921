// Says before any Run that a text does not fit the context, or that it is still being counted.

import { formatCount } from '../../lib/format.ts';
import { tokensAllowed } from '../../stores/model/allowed.ts';
import { useDocument, useModel, useStores } from '../../stores/react.ts';
import { Button } from '../../ui/controls/Button.tsx';
import { Notice } from '../../ui/controls/Notice.tsx';

/** Tokens that the context does not hold, where the text has so many; 0 while it is counted. */
export function useExcess(): number {
  const limit = useModel(s => (s.load.status === 'ready' ? tokensAllowed(s) : Number.POSITIVE_INFINITY));
  return useDocument(s => (s.pending === null ? Math.max(0, s.tokens.length - limit) : 0));
}

export function TooLong({ excess }: { excess: number }) {
  const { generation } = useStores();
  const tokens = useDocument(s => s.tokens.length);
  const held = formatCount(tokens - excess);
  return (
    <Notice tone="hint" action={<Button onClick={() => generation.getState().keepTail()}>Keep the end</Button>}>
      The text has {formatCount(tokens)} tokens. The context holds {held}: it ends at the mark in the text, and the
      model cannot go on from behind it.
    </Notice>
  );
}
