// What was measured: the floor and how near a token comes to it, the token on GPU and worker, every kernel, and all of it as files.
import { useMemo } from 'react';
import { formatByteRate, formatBytes, formatNumber, formatProbability, formatTokenRate } from '../../lib/format.ts';
import type { Profile } from '../../protocol/debug.ts';
import type { LoadedModel } from '../../protocol/events.ts';
import { Button } from '../../ui/controls/Button.tsx';
import { Fact } from '../../ui/controls/Fact.tsx';
import { CopyButton } from '../shared/CopyButton.tsx';
import { download } from '../shared/saving.ts';
import styles from './Profile.module.css';
import { ProfileLanes } from './ProfileLanes.tsx';
import { ProfileTable } from './ProfileTable.tsx';
import { floorOf, formatMs, kernelMs, tokenMs } from './profileFigures.ts';
import { type ProfileAbout, profileJson, profileTrace, stepName } from './profileFiles.ts';

const gigaflops = (flops: number): string => `${formatNumber(flops / 1e9)} GFLOP/s`;

const TIMED = {
  timestamps:
    'Times are the GPU’s own: timestamps around a pass in which kernels that are compiled alike go round, one layer after the other, until it lasts long enough for clocks that browsers round to 0.1 ms; the median of five passes.',
  submits:
    'This adapter gives no timestamps: times are those from a submit to its answer, less what an empty one takes, of passes in which kernels that are compiled alike go round, one layer after the other; the median of five.',
} as const;

function Facts({ profile }: { profile: Profile }) {
  const floor = floorOf(profile);
  const { run, stepMs, peak, of } = profile;
  return (
    <dl className={styles.facts}>
      <Fact
        term={run === null ? 'Step' : 'Token'}
        meaning={
          run === null
            ? 'All kernels of the step as one pass, on the GPU.'
            : `One of ${run.tokens} tokens of a run behind this position, on average, from draw to draw.`
        }
        value={run === null ? formatMs(stepMs) : `${formatMs(run.ms)} · ${formatTokenRate(1000 / run.ms)}`}
        exact={`${tokenMs(profile)} ms`}
      />
      <Fact
        term="Floor"
        meaning={`No step is quicker than the memory gives it its weights and cached keys and values, ${formatBytes(floor.bytes)}, once${of.kind === 'prefill' ? ', and than its arithmetic' : ''}. A model that fits into a cache of the chip may be.`}
        value={formatMs(floor.ms)}
        exact={`${floor.ms} ms`}
      />
      <Fact
        term="Share of the floor"
        meaning="The floor over what is taken: 100 % is as fast as the memory allows."
        value={formatProbability(floor.ms / tokenMs(profile))}
      />
      <Fact
        term="All kernels"
        meaning={`Together as one pass; each by itself they take ${formatMs(kernelMs(profile))}.`}
        value={formatMs(stepMs)}
        exact={`${stepMs} ms`}
      />
      <Fact
        term="Memory"
        meaning="What this adapter reads at most, as a kernel that only sums a long buffer measures it."
        value={formatByteRate(peak.bandwidth)}
      />
      <Fact
        term="Arithmetic"
        meaning="What this adapter computes at most in 32 bits, as a kernel that only multiplies and adds measures it."
        value={gigaflops(peak.flops)}
      />
    </dl>
  );
}

export function ProfileResult({
  profile,
  model,
  measured,
}: {
  profile: Profile;
  model: LoadedModel;
  measured: string;
}) {
  const about = useMemo(
    (): ProfileAbout => ({ model: model.name, dtype: model.dtype, adapter: model.adapter, measured }),
    [model, measured],
  );
  const name = stepName(profile);
  return (
    <>
      <h3 className={styles.title}>
        {name.charAt(0).toUpperCase() + name.slice(1)}, {model.name} {model.dtype}
      </h3>
      <Facts profile={profile} />
      <ProfileLanes profile={profile} />
      <ProfileTable profile={profile} />
      <p className={styles.quiet}>
        {TIMED[profile.by]} Bytes are those that a kernel has to move, each counted once; a multiply-add counts as two
        operations.
      </p>
      <div className={styles.controls}>
        <CopyButton text={() => profileJson(profile, about)}>Copy as JSON</CopyButton>
        <Button
          icon="download"
          onClick={() => download('nucleus-trace.json', 'application/json', profileTrace(profile, about))}
        >
          Save trace
        </Button>
        <span className={styles.quiet}>The trace opens in ui.perfetto.dev and in chrome://tracing.</span>
      </div>
    </>
  );
}
