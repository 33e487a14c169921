// The way from logits to the draw at one place: what each step cut, the leading candidates, one token followed, the random number.
import { useSettings, useStores, useView } from '../../stores/react.ts';
import { lockedSeed } from '../../stores/run/settings.ts';
import type { StagesView } from '../../stores/view.ts';
import { Choice } from '../../ui/controls/Choice.tsx';
import { ScrollPane } from '../../ui/controls/ScrollPane.tsx';
import type { Ranked } from '../shared/ranked.ts';
import { DrawLine } from './DrawLine.tsx';
import { markOf } from './drawn.ts';
import { followedIn } from './followed.ts';
import type { Inspected } from './inspected.ts';
import { Leaders } from './Leaders.tsx';
import { PipelineTable } from './PipelineTable.tsx';
import styles from './Stages.module.css';
import { activeSteps } from './steps.ts';
import { TokenSearch } from './TokenSearch.tsx';
import { TokenTrace } from './TokenTrace.tsx';

const SIDES = [
  { value: 'drawn', label: 'As drawn' },
  { value: 'now', label: 'With these settings' },
] as const;

/** The token looked at: the selected candidate, the followed one, the one in the text, the likeliest. Only those that the row has: a server shows few. */
function useFollowed({ token }: Inspected, ranked: Ranked): { id: number; picked: boolean } {
  const candidate = useView(s => s.candidate);
  const followed = useView(s => s.followed);
  return followedIn(ranked, candidate ?? followed, token?.id ?? null);
}

export function Stages({ inspected, ranked }: { inspected: Inspected; ranked: Ranked }) {
  const { drawn, now, token, tokenizer, position, nothingLeft } = inspected;
  const { view } = useStores();
  const settings = useSettings(s => s.settings);
  const locked = useSettings(lockedSeed);
  const { side, exact } = useView(s => s.stages);
  const change = (part: Partial<StagesView>) => view.getState().changeStages(part);
  const { id, picked } = useFollowed(inspected, ranked);
  const both = drawn !== null && (now !== null || nothingLeft);
  const asDrawn = drawn !== null && (side === 'drawn' || !both);
  const distribution = asDrawn ? drawn : now;
  const follow = (chosen: number | null) => view.getState().follow(chosen);
  const steps = distribution ? activeSteps(distribution.steps).map(step => step.name) : [];
  const shared = distribution && tokenizer && { distribution, tokenizer, exact };
  return (
    <ScrollPane more="More of the steps" className={styles.pane}>
      <div className={styles.stages}>
        {shared && <TokenSearch tokenizer={shared.tokenizer} ranked={ranked} onChoose={follow} />}
        <div className={styles.bar}>
          {both ? (
            <Choice label="Which settings" value={side} options={SIDES} onChange={chosen => change({ side: chosen })} />
          ) : (
            <span className={styles.words}>
              {asDrawn ? 'As drawn, which these settings repeat' : 'With these settings'}
            </span>
          )}
          <label className={styles.exact}>
            <input type="checkbox" checked={exact} onChange={event => change({ exact: event.target.checked })} />
            exact numbers
          </label>
        </div>
        {!shared && (
          <p className={styles.words}>
            {nothingLeft
              ? 'These settings leave no token to draw. Look at the logit bias and the constraint.'
              : 'The steps appear here with the whole distribution of this place.'}
          </p>
        )}
        {shared && (
          <>
            <section className={styles.section} aria-label="Steps of sampling">
              <h3>Steps of sampling, in order</h3>
              <PipelineTable
                distribution={shared.distribution}
                exact={exact}
                settings={asDrawn ? (token?.draw?.settings ?? settings) : settings}
              />
            </section>
            <TokenTrace {...shared} steps={steps} id={id} picked={picked} onFollow={follow} />
            <Leaders {...shared} steps={steps} followed={id} onFollow={follow} />
            <DrawLine {...shared} mark={markOf(token, asDrawn, position, locked)} onFollow={follow} />
          </>
        )}
      </div>
    </ScrollPane>
  );
}
