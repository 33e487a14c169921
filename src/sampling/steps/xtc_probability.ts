// XTC ("exclude top choices"), as llama.cpp has it: by a coin, cuts all likely tokens but the least likely of them.
import { numeric } from '../setting.ts';
import { cutStep } from './step.ts';

const xtcThreshold = numeric({
  key: 'xtc_threshold',
  default: 0.1,
  off: null,
  bounds: { min: 0, max: 1, whole: false },
  label: 'XTC threshold',
  explanation: 'How likely a token must be for XTC to call it likely; above 0.5 XTC does nothing.',
  travel: { min: 0, max: 0.5, step: 0.01 },
  unit: '',
});

/** The stream of random numbers that its coin is of; the draw has stream 0. */
const STREAM = 1;

export const xtcProbability = cutStep({
  key: 'xtc_probability',
  default: 0,
  off: 0,
  bounds: { min: 0, max: 1, whole: false },
  label: 'XTC',
  explanation:
    'How often, by a coin for each token, the likely tokens are cut but for the least likely of them; 0 is never.',
  travel: { min: 0, max: 1, step: 0.05 },
  unit: '',
  rare: true,
  beside: [xtcThreshold],
  place: { transformers: 80, 'llama.cpp': 46 },
  apply: (slice, probability, past) => {
    const coin = past.coin(STREAM);
    if (coin !== null && coin >= probability) return slice;
    const least = past.of(xtcThreshold) * slice.total;
    const likely = slice.leading(i => slice.weights[i]! >= least);
    return slice.window(likely.hi - 1, slice.hi);
  },
  told: (_, probability, past) => {
    const coin = past.coin(STREAM);
    const threshold = `threshold ${past.of(xtcThreshold)}`;
    if (coin === null) return `${threshold}; no coin has fallen yet, shown as if it cut`;
    const fell = coin < probability ? `below ${probability}` : `not below ${probability}, so nothing is cut`;
    return `${threshold}; coin ${coin.toFixed(3)}, ${fell}`;
  },
});
