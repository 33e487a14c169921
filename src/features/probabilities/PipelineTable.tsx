// The steps of sampling in their real order: the value of each, how many tokens and how much mass it cut, what it left.
import { formatCount } from '../../lib/format.ts';
import type { Distribution } from '../../sampling/pipeline.ts';
import type { GenerationSettings } from '../../sampling/settings.ts';
import { Explain } from '../../ui/controls/Explain.tsx';
import { Amount } from './Amount.tsx';
import styles from './Stages.module.css';
import { offWords, pipelineLines, STEP_WORDS, stepMeaning, stepValue } from './steps.ts';

interface PipelineTableProps {
  distribution: Distribution;
  /** Those the distribution was made with. */
  settings: GenerationSettings;
  exact: boolean;
}

export function PipelineTable({ distribution, settings, exact }: PipelineTableProps) {
  return (
    <table className={styles.table}>
      <caption className="visually-hidden">What each step of sampling did, in order</caption>
      <thead>
        <tr>
          <th scope="col">step</th>
          <th scope="col">value</th>
          <th scope="col">tokens cut</th>
          <th scope="col">mass cut</th>
          <th scope="col">tokens left</th>
        </tr>
      </thead>
      <tbody>
        <tr>
          <th scope="row">logits, before sampling</th>
          <td />
          <td />
          <td />
          <td className="num">{formatCount(distribution.row.finite.ids.length)}</td>
        </tr>
        {pipelineLines(distribution.steps).map(line =>
          line.kind === 'off' ? (
            <tr key={line.name} className={styles.off}>
              <th scope="row">{offWords(line.name)}</th>
              <td>off</td>
              <td />
              <td />
              <td />
            </tr>
          ) : (
            <tr key={line.step.name}>
              <th scope="row">
                <Explain meaning={stepMeaning(line.step.name)}>{STEP_WORDS[line.step.name]}</Explain>
                {line.step.told !== '' && <span className={styles.told}>{line.step.told}</span>}
              </th>
              <td className="num">{stepValue(line.step.name, settings)}</td>
              <td className="num">{line.step.removed === 0 ? 'none' : formatCount(line.step.removed)}</td>
              <td>{line.step.removed > 0 && <Amount value={line.step.massRemoved} exact={exact} />}</td>
              <td className="num">{formatCount(line.step.kept)}</td>
            </tr>
          ),
        )}
      </tbody>
    </table>
  );
}
