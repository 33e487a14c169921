// One token as two bars of the same length, what the GPU does and what the worker does meanwhile, with every piece in words below.
import { formatProbability } from '../../lib/format.ts';
import type { Profile } from '../../protocol/debug.ts';
import { Explain } from '../../ui/controls/Explain.tsx';
import styles from './Profile.module.css';
import { formatMs, lanesOf, type Piece } from './profileFigures.ts';

const WORDS: Readonly<Record<Piece['key'], { readonly name: string; readonly meaning: string }>> = {
  floor: { name: 'floor', meaning: 'Reading weights and cached keys and values once, at the measured bandwidth.' },
  above: { name: 'above the floor', meaning: 'What the kernels take beside it.' },
  idle: { name: 'idle', meaning: 'The GPU has nothing of this model to do.' },
  encode: { name: 'encode', meaning: 'The next step is written down and submitted.' },
  draw: { name: 'draw', meaning: 'The draw is made, or that of the GPU is proven.' },
  wait: { name: 'wait for the GPU', meaning: 'Nothing to do before the GPU answers.' },
  rest: { name: 'the rest', meaning: 'What lies between the parts.' },
};

function Lane({ name, pieces, ms }: { name: string; pieces: readonly Piece[]; ms: number }) {
  return (
    <div className={styles.lane}>
      <h4>{name}</h4>
      <div className={styles.bar} aria-hidden="true">
        {pieces.map(piece => (
          <span key={piece.key} data-piece={piece.key} style={{ flexGrow: ms > 0 ? piece.ms / ms : 0 }} />
        ))}
      </div>
      <ul className={styles.keys}>
        {pieces.map(piece => (
          <li key={piece.key}>
            <span className={styles.swatch} data-piece={piece.key} aria-hidden="true" />
            <Explain meaning={WORDS[piece.key].meaning}>{WORDS[piece.key].name}</Explain>{' '}
            <span className="num">
              {formatMs(piece.ms)} · {formatProbability(ms > 0 ? piece.ms / ms : Number.NaN)}
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}

export function ProfileLanes({ profile }: { profile: Profile }) {
  const { ms, gpu, worker } = lanesOf(profile);
  return (
    <div className={styles.lanes}>
      <Lane name="GPU" pieces={gpu} ms={ms} />
      {worker.length > 0 && <Lane name="Worker" pieces={worker} ms={ms} />}
    </div>
  );
}
