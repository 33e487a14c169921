// The view of the whole text: how well the model predicted it, token by token, and where pinned tokens stand at each place.

import { useMemo, useState } from 'react';
import { tokensAllowed } from '../../stores/model/allowed.ts';
import { useDocument, useModel } from '../../stores/react.ts';
import { Choice } from '../../ui/controls/Choice.tsx';
import { ScrollPane } from '../../ui/controls/ScrollPane.tsx';
import { measure, RANGES, type Range } from './measures.ts';
import { Numbers } from './Numbers.tsx';
import { Pins } from './Pins.tsx';
import { Scoring } from './Scoring.tsx';
import { Surprises } from './Surprises.tsx';
import { TextPlot } from './TextPlot.tsx';
import styles from './TextView.module.css';

const RANGE_WORDS: Readonly<Record<Range, { readonly label: string; readonly title: string }>> = {
  all: { label: 'Whole text', title: 'Every token but the first' },
  typed: { label: 'Typed', title: 'The tokens that were typed: the prompt, and what was written into the text' },
  drawn: { label: 'Drawn', title: 'The tokens that the sampler drew' },
};

const NO_MODEL =
  'Once a model is loaded, this view shows how well it predicted the whole text: perplexity, bits per byte, the most surprising tokens, and the probability of tokens you pin.';
const NO_TEXT =
  'The text is empty. Type a few words, or press Run: this view then shows how well the model predicted them, token by token.';
const ONE_TOKEN =
  'The first token of a text has no prediction, since nothing stands before it. With a second one there are numbers.';

export function TextView() {
  const tokens = useDocument(s => s.tokens);
  const limit = useModel(tokensAllowed);
  const [range, setRange] = useState<Range>('all');
  const within = useMemo(() => (tokens.length > limit ? tokens.slice(0, limit) : tokens), [tokens, limit]);
  const measures = useMemo(() => measure(within, range), [within, range]);
  const empty = limit === 0 ? NO_MODEL : tokens.length === 0 ? NO_TEXT : tokens.length === 1 ? ONE_TOKEN : null;
  return (
    <section className={styles.view} aria-label="Whole text">
      <ScrollPane more="More below" className={styles.pane}>
        {empty === null ? (
          <>
            <div className={styles.top}>
              <Choice
                label="Tokens that count"
                value={range}
                options={RANGES.map(value => ({ value, ...RANGE_WORDS[value] }))}
                onChange={setRange}
              />
            </div>
            <Numbers measures={measures} range={range} />
            <Scoring tokens={within} left={tokens.length - within.length} />
            <TextPlot tokens={within} range={range} />
          </>
        ) : (
          <p className={styles.empty}>{empty}</p>
        )}
        {limit > 0 && <Pins tokens={within} />}
        {empty === null && <Surprises tokens={within} range={range} />}
      </ScrollPane>
    </section>
  );
}
