// The lens: what each layer would say next, at every position, as a picture, and for the selected position as a table.

import { isAbout } from '../../stores/gpu-work/probe-state.ts';
import { useDocument } from '../../stores/react.ts';
import { cx } from '../../ui/controls/cx.ts';
import { Explain } from '../../ui/controls/Explain.tsx';
import { Notice } from '../../ui/controls/Notice.tsx';
import { ScrollPane } from '../../ui/controls/ScrollPane.tsx';
import { useOpen } from '../shared/useOpen.ts';
import { AskedToken } from './AskedToken.tsx';
import styles from './Lens.module.css';
import { LensPicture } from './LensPicture.tsx';
import { LensProgress } from './LensProgress.tsx';
import { PositionTable } from './PositionTable.tsx';
import { useLens, useLensStore } from './useLens.ts';

const EMPTY = {
  no_model: 'Once a model is loaded, this view shows what each of its layers would say next.',
  empty: 'The text is empty. Type a word, and this view shows what each layer of the model would say next.',
} as const;

/** How the picture is read. */
function Reading() {
  return (
    <p className={cx(styles.words, styles.reading)}>
      Each cell is the{' '}
      <Explain meaning="Reads the residual stream after a layer as if that layer were the last: through the model's final norm and its head, which gives every token of the vocabulary a probability.">
        logit lens
      </Explain>{' '}
      of a layer. Read a column downwards, from the{' '}
      <Explain meaning="The vector of numbers that a position carries through the model: it starts as the embedding of the token and its position, and every layer adds to it.">
        residual stream
      </Explain>{' '}
      as it starts, the{' '}
      <Explain meaning="Where the stream starts: the token and its position alone, before any layer has looked at the text.">
        embedding
      </Explain>
      , to the model’s own prediction in the last row. Only that row is what the model says; those above it are a
      reading of work in progress.
    </p>
  );
}

export function Lens() {
  const lens = useLensStore();
  const probe = useLens(s => s.probe);
  const beyond = useLens(s => s.beyond);
  const columns = useLens(s => s.columns);
  const tokenizer = useDocument(s => s.tokenizer);
  useOpen(lens);
  return (
    <section className={styles.view} aria-label="Lens">
      <ScrollPane more="More below" className={styles.pane}>
        <Reading />
        {!isAbout(probe) || !tokenizer ? (
          <p className={styles.words}>{EMPTY[probe.status === 'empty' ? 'empty' : 'no_model']}</p>
        ) : (
          <>
            {beyond > 0 && (
              <Notice tone="warn">
                The context allowed here holds {columns} tokens; the last {beyond} of the text are beyond that, so there
                is nothing to see there.
              </Notice>
            )}
            <LensPicture tokenizer={tokenizer} />
            <LensProgress />
            <AskedToken tokenizer={tokenizer} />
            <PositionTable tokenizer={tokenizer} />
          </>
        )}
      </ScrollPane>
    </section>
  );
}
