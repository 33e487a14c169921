// A token's way through the model in seven steps, on the person's own text and with the numbers of each step.

import type { ComponentType } from 'react';
import { useView } from '../../stores/react.ts';
import { FOLLOW_STEPS, type FollowStep } from '../../stores/view.ts';
import { ScrollPane } from '../../ui/controls/ScrollPane.tsx';
import { TokenText } from '../../ui/controls/TokenText.tsx';
import { textOfBytes } from '../shared/tokenFace.ts';
import { useOpen } from '../shared/useOpen.ts';
import { AttentionStep } from './AttentionStep.tsx';
import { EmbedStep } from './EmbedStep.tsx';
import styles from './FollowView.module.css';
import { type Followed, useFollowed } from './followed.ts';
import { LayersStep } from './LayersStep.tsx';
import { LogitsStep } from './LogitsStep.tsx';
import { StepLinks } from './Parts.tsx';
import { SelectStep } from './SelectStep.tsx';
import { SoftmaxStep } from './SoftmaxStep.tsx';
import stepStyles from './Step.module.css';
import { StepNavigation, Stepper } from './Stepper.tsx';
import { STEP_WORDS } from './steps.ts';
import { TokeniseStep } from './TokeniseStep.tsx';
import { useFollowStore } from './useFollow.ts';

const BODIES: Readonly<Record<FollowStep, ComponentType<{ followed: Followed }>>> = {
  tokenise: TokeniseStep,
  embed: EmbedStep,
  layers: LayersStep,
  attention: AttentionStep,
  logits: LogitsStep,
  softmax: SoftmaxStep,
  select: SelectStep,
};

/** Which token goes in, and which comes out. */
function Head({ followed: { input, output, pass, place } }: { followed: Followed }) {
  if (!input || !pass) {
    return (
      <header className={styles.head}>
        <p className={styles.words}>Follow a token from the text to the next one.</p>
      </header>
    );
  }
  return (
    <header className={styles.head}>
      <figure className={styles.end}>
        <span className={styles.token}>
          <TokenText text={textOfBytes(input.bytes)} bytes={input.bytes} special={input.special} />
        </span>
        <figcaption>
          goes in, position <span className="num">{pass.position}</span>
        </figcaption>
      </figure>
      <span className={styles.arrow} aria-hidden="true">
        →
      </span>
      <figure className={styles.end}>
        <span className={styles.token} data-open={output === null}>
          {output ? <TokenText text={textOfBytes(output.bytes)} bytes={output.bytes} special={output.special} /> : '?'}
        </span>
        <figcaption>
          {place === 0 ? 'predicts position' : output ? 'predicted, position' : 'comes next, position'}{' '}
          <span className="num">{pass.position + 1}</span>
        </figcaption>
      </figure>
    </header>
  );
}

export function FollowView() {
  const follow = useFollowStore();
  const step = useView(s => s.followStep);
  const followed = useFollowed();
  useOpen(follow);
  const Body = BODIES[step];
  return (
    <section className={styles.view} aria-label="Follow">
      <Head followed={followed} />
      <Stepper />
      <ScrollPane key={step} more="More of this step" className={styles.pane}>
        <article className={stepStyles.step} aria-labelledby="follow-step">
          <h2 id="follow-step">
            {FOLLOW_STEPS.indexOf(step) + 1}. {STEP_WORDS[step].title}
          </h2>
          <Body followed={followed} />
          <StepLinks step={step} />
        </article>
      </ScrollPane>
      <StepNavigation />
    </section>
  );
}
