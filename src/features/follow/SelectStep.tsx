// Step 7: from the distribution to one token, and the same again; what each time costs.
import { useMemo, useState } from 'react';
import { NucleusError } from '../../lib/error.ts';
import { formatCount, formatProbability } from '../../lib/format.ts';
import { uniform } from '../../lib/rng.ts';
import { type Distribution, NOTHING_LEFT } from '../../sampling/pipeline.ts';
import type { GenerationSettings } from '../../sampling/settings.ts';
import { stepNamed, wordsOf } from '../../sampling/steps.ts';
import { useGeneration, useSettings, useStores } from '../../stores/react.ts';
import { isRunning } from '../../stores/run/generation-types.ts';
import { lockedSeed } from '../../stores/run/settings.ts';
import { Button } from '../../ui/controls/Button.tsx';
import { CostOfRepeating } from './CostOfRepeating.tsx';
import { DrawLine } from './DrawLine.tsx';
import type { Followed } from './followed.ts';
import { SoftButton, Token } from './Parts.tsx';
import step from './Step.module.css';
import { Waiting } from './Waiting.tsx';

interface Selected {
  readonly distribution: Distribution | null;
  /** As the token in the text was drawn, not with the settings as they stand. */
  readonly drawn: boolean;
  /** The random number: of the draw, or of the draw to come where the seed is locked; else null. */
  readonly u: number | null;
}

function useSelected({ row, place, output, pass }: Followed): Selected {
  const { rows } = useStores();
  const settings = useSettings(s => s.settings);
  const seed = useSettings(lockedSeed);
  return useMemo(() => {
    if (row.status !== 'ready' || !pass) return { distribution: null, drawn: false, u: null };
    const of = (chosen: GenerationSettings): Distribution | null => {
      try {
        return rows.getState().distribution(place, chosen, seed);
      } catch (thrown) {
        if (thrown instanceof NucleusError && NOTHING_LEFT.includes(thrown.code)) return null;
        throw thrown;
      }
    };
    const draw = output?.draw;
    if (draw && !draw.outdated) return { distribution: of(draw.settings), drawn: true, u: draw.u };
    return { distribution: of(settings), drawn: false, u: seed === null ? null : uniform(seed, pass.position + 1, 0) };
  }, [rows, row, place, output, pass, settings, seed]);
}

/** What the steps of sampling left, in one sentence. */
function Shaped({ distribution }: { distribution: Distribution }) {
  const active = distribution.steps.filter(each => each.active);
  const before = distribution.row.finite.ids.length;
  if (active.length === 0) {
    return <p>No sampling step is on: all {formatCount(before)} tokens can be drawn, as likely as before.</p>;
  }
  return (
    <p>
      Of {formatCount(before)} tokens, {formatCount(distribution.kept.length)} can be drawn after{' '}
      {active.map(({ name, removed }, i) => (
        <span key={name}>
          {i > 0 && ', '}
          {wordsOf(stepNamed(name))}
          {removed > 0 && <> (cuts {formatCount(removed)})</>}
        </span>
      ))}
      .
    </p>
  );
}

function Selection({ followed, selected }: { followed: Followed; selected: Selected }) {
  const { distribution, drawn, u } = selected;
  const { tokenizer, output } = followed;
  const [tried, setTried] = useState<number | null>(null);
  if (!distribution) return <p>These settings leave no token to draw. Look at the logit bias and the constraint.</p>;
  const at = tried ?? u ?? 0.5;
  return (
    <>
      <Shaped distribution={distribution} />
      <DrawLine distribution={distribution} tokenizer={tokenizer} u={at} onChange={setTried} />
      <p className={step.note}>
        {drawn && output && u !== null ? (
          <>
            <Token id={output.id} tokenizer={tokenizer} /> was drawn with {u.toFixed(4)}
            {output.draw && <> and a probability of {formatProbability(output.draw.pAfter)} after sampling</>}.{' '}
          </>
        ) : u !== null ? (
          <>The locked seed gives {u.toFixed(4)} at this position. </>
        ) : (
          <>A run takes its random number from its seed and the position. Move it to see what else would be drawn. </>
        )}
      </p>
      {tried !== null && u !== null && (
        <div className={step.row}>
          <Button onClick={() => setTried(null)}>Back to {u.toFixed(4)}</Button>
        </div>
      )}
    </>
  );
}

/** The token that came out goes in: at the end of the text one is drawn, before it the next one is there already. */
function Again({ followed: { place, tokens, pass, input, tokenizer } }: { followed: Followed }) {
  const { document, generation, view } = useStores();
  const running = useGeneration(s => isRunning(s.status));
  const full = useGeneration(s => s.status.kind === 'failed');
  const next = () => {
    if (place === 'end') void generation.getState().step();
    else document.getState().selectToken(place + 1 < tokens.length ? place + 1 : 'end');
  };
  return (
    <>
      <h3>And again</h3>
      <p>
        The selected token is appended to the text and goes in at the next position: the same seven steps, one pass for
        every token.
        {input?.origin === 'drawn' && pass && place === 'end' && (
          <>
            {' '}
            <Token id={input.id} tokenizer={tokenizer} />, which goes in now, was drawn itself.
          </>
        )}
      </p>
      <div className={step.row}>
        <SoftButton variant="primary" icon="step" off={running} onClick={next}>
          {place === 'end' ? 'Draw the next token' : 'Follow the next token'}
        </SoftButton>
        <Button onClick={() => view.getState().setFollowStep('tokenise')}>Start over with it at step 1</Button>
      </div>
      {full && place === 'end' && (
        <p className={step.note}>The last run did not end well; the text says why below it.</p>
      )}
    </>
  );
}

export function SelectStep({ followed }: { followed: Followed }) {
  const selected = useSelected(followed);
  const { row, place, pass } = followed;
  return (
    <>
      <p>
        Sampling reshapes the distribution (temperature, top-k, top-p and the others), then a random number from 0 to 1
        picks one token: the shares after sampling lie side by side in the order of their ids, and the number falls into
        one of them.
      </p>
      {row.status === 'ready' ? (
        <Selection key={`${place} ${pass?.position}`} followed={followed} selected={selected} />
      ) : (
        <Waiting followed={followed} needs="row" what="the draw" />
      )}
      {pass && <Again followed={followed} />}
      <CostOfRepeating followed={followed} />
    </>
  );
}
