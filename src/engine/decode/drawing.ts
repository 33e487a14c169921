// What the tokens of a text are drawn by, and a draw by it: from a record that proves it, or from the whole row.
import type { DrawRecord, DrawSetting } from '../../gpu/draw-record.ts';
import { withDetail } from '../../lib/error.ts';
import { uniform } from '../../lib/rng.ts';
import { adjustLogits } from '../../sampling/adjust.ts';
import { negativeText } from '../../sampling/guidance.ts';
import { type History, type Mask, pastOf, withBeside } from '../../sampling/past.ts';
import { sample } from '../../sampling/pipeline.ts';
import { type RankedRow, rankRow } from '../../sampling/row.ts';
import type { GenerationSettings } from '../../sampling/settings.ts';
import { constraint, noToken } from '../../sampling/steps/constraint.ts';
import { guidanceScale } from '../../sampling/steps/guidance_scale.ts';
import { isOff, logitStepsOf, STEPS, type StepName } from '../../sampling/steps.ts';
import type { Growing } from '../growing.ts';
import { decide, settingFor } from './decide.ts';
import { type Prediction, predictionOf } from './prediction.ts';
import { TouchedIds } from './touched.ts';

interface DrawnBy {
  readonly settings: GenerationSettings;
  readonly seed: number;
  /** Number of the text among those with this seed. */
  readonly sample: number;
  /** End-of-text ids. */
  readonly eosIds: readonly number[];
  /** Ids of the negative prompt, where there is guidance. */
  readonly negative?: Uint32Array | undefined;
  /** What the constraint of the settings lets follow; asked where there is one. */
  readonly maskAfter?: ((text: History) => Promise<Mask>) | undefined;
}

/** What stands beside a row: that after the negative text, and what a constraint lets follow. Null where there is none. */
interface Beside {
  readonly negative: Float32Array | null;
  readonly mask: Mask | null;
}

const NOTHING_BESIDE: Beside = { negative: null, mask: null };

const LOGIT_STEPS = logitStepsOf<StepName>(STEPS);

export class Drawing {
  readonly settings: GenerationSettings;
  /** The ids that the settings change, as the GPU has them of this text. */
  readonly touched: TouchedIds;
  readonly #by: DrawnBy;
  readonly #V: number;
  /** Ids that may never be drawn. */
  readonly #banned: readonly number[];

  /** `V`: ids of a row. */
  constructor(by: DrawnBy, V: number) {
    this.#by = by;
    this.#V = V;
    this.settings = by.settings;
    this.#banned = by.settings.end_of_text === 'never' ? by.eosIds : [];
    this.touched = new TouchedIds(by.settings, this.#banned, V);
  }

  /** The random number of the draw of the token at `position`. */
  u(position: number): number {
    return uniform(this.#by.seed, position, this.#by.sample);
  }

  /** For a draw on the GPU, after the counted text, or after that and the token that the step before draws. */
  settingAt(position: number, follows: boolean): DrawSetting {
    return settingFor(this.settings, this.u(position), this.touched.change(follows));
  }

  /** The draw after `history`, where the record of it proves one. */
  proven(record: DrawRecord, setting: DrawSetting, history: History): Prediction | null {
    return decide(record, setting, this.#V, logitOf =>
      adjustLogits(logitOf, LOGIT_STEPS, this.settings, pastOf(history, this.settings, this.#banned)),
    );
  }

  /** The text whose row stands beside that of `history`; null where there is no guidance. */
  negativeOf(history: History): Uint32Array | null {
    const { negative } = this.#by;
    return negative === undefined || isOff(guidanceScale, this.settings) ? null : negativeText(negative, history);
  }

  /** What the constraint lets follow; null where there is none. Rejects with `bad_constraint`. */
  async maskAfter(history: History): Promise<Mask | null> {
    return isOff(constraint, this.settings) ? null : ((await this.#by.maskAfter?.(history)) ?? null);
  }

  /** Ends a text where its constraint lets nothing follow but the end. Rejects with `bad_constraint`, and with `constraint_dead_end` where not even that may follow. */
  async constrain(growing: Growing): Promise<void> {
    if (growing.end !== null) return;
    const state = (await this.maskAfter(growing.text))?.state;
    if (state === 'complete') growing.finish('constraint_complete');
    if (state === 'dead' && growing.wantsMore) throw noToken(false);
  }

  /**
   * The draw from all logits after `history`, and those after the negative text where there is one; with `noEnd` of no end-of-text token, whatever the
   * settings say. Throws `nan_logits`.
   */
  fromRow(logits: Float32Array, history: History, noEnd: boolean, { negative, mask } = NOTHING_BESIDE): Prediction {
    const position = history.ids.length;
    const row = soundRow(logits, position);
    const banned = noEnd ? this.#by.eosIds : this.#banned;
    const text = withBeside(history, negative && soundRow(negative, position).logits, mask);
    return predictionOf(row, sample(row, this.settings, text, banned), this.u(position));
  }
}

/** The row that predicts the token at `position`. Throws `nan_logits` with the position. */
const soundRow = (logits: Float32Array, position: number): RankedRow => withDetail({ position }, () => rankRow(logits));
