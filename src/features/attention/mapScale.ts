// From a weight to its share of the ramp: as it is, or by its logarithm.

export type Scale = 'log' | 'linear';

/** What lies below is drawn as nothing on the logarithmic scale. */
export const LOG_LEAST = 0.001;

export function shareOfScale(weight: number, scale: Scale): number {
  if (scale === 'linear') return weight;
  return weight <= LOG_LEAST ? 0 : 1 - Math.log(weight) / Math.log(LOG_LEAST);
}
