// Numbers as people read them: units, two or three significant digits, one locale everywhere. What is not a number reads as a dash.

const UNKNOWN = '–';
const GROUPED = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** Two significant digits below 10, one decimal from 1 to 100, none above: 0.031, 7.9, 12.4, 548. */
function short(value: number): string {
  const size = Math.abs(value);
  if (size >= 99.95) return GROUPED.format(value);
  if (size >= 0.995) return value.toFixed(1);
  if (size === 0) return '0';
  return twoDigits(value);
}

/** Two significant digits, never as a power of ten. */
function twoDigits(value: number): string {
  const exponent = Math.floor(Math.log10(Math.abs(value)));
  const decimals = Math.min(20, Math.max(0, 1 - exponent));
  const text = value.toFixed(decimals);
  // 0.0996 rounds up to 0.100: one digit too many.
  return Math.abs(Number(text)) >= 10 ** (exponent + 1) && decimals > 0 ? value.toFixed(decimals - 1) : text;
}

/** 1.2 in the largest of `units` that leaves at least 1; each is 1000 of the one before. */
function scaled(value: number, units: readonly string[]): string {
  let unit = 0;
  let rest = value;
  while (unit < units.length - 1 && Math.abs(rest) >= (unit === 0 ? 1000 : 999.5)) {
    rest /= 1000;
    unit++;
  }
  const number = unit === 0 ? GROUPED.format(rest) : short(rest);
  return `${number} ${units[unit] ?? ''}`.trimEnd();
}

/** A number without a unit: `0.031`, `7.9`, `12.4`, `548`. */
export function formatNumber(value: number): string {
  return Number.isFinite(value) ? short(value) : UNKNOWN;
}

const SUPERSCRIPTS = '⁰¹²³⁴⁵⁶⁷⁸⁹';

/** `10⁴¹`, `10⁻⁴`. */
export function formatPowerOfTen(power: number): string {
  const digits = [...String(Math.abs(power))].map(digit => SUPERSCRIPTS[Number(digit)]).join('');
  return `10${power < 0 ? '⁻' : ''}${digits}`;
}

/** e to the power of `exponent`, however large: `7.9`, `12,300`, from a million on `3.2 × 10⁴¹`. */
export function formatExp(exponent: number): string {
  if (!Number.isFinite(exponent)) return UNKNOWN;
  if (exponent < Math.log(999_999.5)) return short(Math.exp(exponent));
  const tens = exponent / Math.LN10;
  const digits = (10 ** (tens % 1)).toFixed(1);
  const [mantissa, power] = digits === '10.0' ? ['1.0', Math.floor(tens) + 1] : [digits, Math.floor(tens)];
  return `${mantissa} × ${formatPowerOfTen(power)}`;
}

/** `50,257`. */
export function formatCount(count: number): string {
  return Number.isFinite(count) ? GROUPED.format(count) : UNKNOWN;
}

/** `512 B`, `6.3 MB`, `1.2 GB`: decimal units, as downloads and disks are measured. */
export function formatBytes(bytes: number): string {
  return Number.isFinite(bytes) ? scaled(bytes, ['B', 'kB', 'MB', 'GB', 'TB']) : UNKNOWN;
}

/** `124 M` parameters. */
export function formatParameters(count: number): string {
  return Number.isFinite(count) ? scaled(count, ['', 'k', 'M', 'B', 'T']) : UNKNOWN;
}

/** Milliseconds as `3.4 ms`, `0.08 s`, `1.2 s`, `34 s`, `2 min 5 s`, `1 h 12 min`. */
export function formatDuration(milliseconds: number): string {
  if (!Number.isFinite(milliseconds)) return UNKNOWN;
  if (milliseconds === 0) return '0 s';
  if (milliseconds < 9.95) return `${short(milliseconds)} ms`;
  const seconds = milliseconds / 1000;
  if (seconds < 0.995) return `${seconds.toFixed(2)} s`;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return joined(Math.floor(whole / 60), 'min', whole % 60, 's');
  const minutes = Math.round(seconds / 60);
  return joined(Math.floor(minutes / 60), 'h', minutes % 60, 'min');
}

function joined(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}

/** `34 tok/s`, `3.2 tok/s`. */
export function formatTokenRate(tokensPerSecond: number): string {
  if (!Number.isFinite(tokensPerSecond)) return UNKNOWN;
  return `${tokensPerSecond >= 9.95 ? GROUPED.format(tokensPerSecond) : short(tokensPerSecond)} tok/s`;
}

/** `12.4 MB/s`. */
export function formatByteRate(bytesPerSecond: number): string {
  return Number.isFinite(bytesPerSecond) ? `${formatBytes(bytesPerSecond)}/s` : UNKNOWN;
}

/**
 * A share or probability in percent: `12.4 %`, `7.9 %`, `0.031 %`. Never rounds something to nothing or to everything: `< 0.0001 %`
 * and `> 99.9 %` stand in; `0 %` and `100 %` are exact.
 */
export function formatProbability(p: number): string {
  if (!Number.isFinite(p)) return UNKNOWN;
  const percent = p * 100;
  if (percent === 0) return '0 %';
  if (percent === 100) return '100 %';
  if (percent > 0 && percent < 0.0001) return '< 0.0001 %';
  // From here on `short` would round to 100.
  if (percent >= 99.95 && percent < 100) return '> 99.9 %';
  return `${short(percent)} %`;
}

/** As `formatProbability`, but the smallest as they are: `3.2 × 10⁻⁷ %`. */
export function formatSmallProbability(p: number): string {
  if (!(p > 0 && p < 1.05e-6)) return formatProbability(p);
  const power = Math.floor(Math.log10(p));
  const digits = (p / 10 ** power).toFixed(1);
  return digits === '10.0' ? `1.0 × ${formatPowerOfTen(power + 3)} %` : `${digits} × ${formatPowerOfTen(power + 2)} %`;
}

/** An amount of information; what is there but tiny reads `< 0.001`. */
function amount(value: number, unit: string): string {
  if (!Number.isFinite(value)) return UNKNOWN;
  return value > 0 && value < 0.001 ? `< 0.001 ${unit}` : `${short(value)} ${unit}`;
}

/** `2.1 nats`, `< 0.001 nats`. */
export function formatNats(nats: number): string {
  return amount(nats, 'nats');
}

/** Nats, shown as bits: `3.0 bits`, `< 0.001 bits`. */
export function formatBits(nats: number): string {
  return amount(nats / Math.LN2, 'bits');
}

/**
 * A logit or log-probability: two decimals, below 0.1 two digits: `-2.09`, `-0.0018`; `-∞` for what is ruled out. Nothing but 0 reads as 0:
 * what is nearer to it than 0.0001 reads `> -0.0001` or `< 0.0001`.
 */
export function formatLogit(logit: number): string {
  if (logit === Number.NEGATIVE_INFINITY) return '-∞';
  if (!Number.isFinite(logit)) return UNKNOWN;
  const size = Math.abs(logit);
  if (size === 0) return '0';
  if (size < 0.0001) return logit < 0 ? '> -0.0001' : '< 0.0001';
  if (size < 0.0995) return twoDigits(logit);
  return size >= 1e6 ? logit.toExponential(2) : logit.toFixed(2);
}

/** A change of a log-probability, with its sign: `+0.35`, `-1.20`, `0`; the smallest as `formatLogit`. */
export function formatChange(nats: number): string {
  return nats >= 0.0001 && nats < Number.POSITIVE_INFINITY ? `+${formatLogit(nats)}` : formatLogit(nats);
}

/** A change of a probability in percentage points: `+3.2 pp`, `-0.031 pp`, `0 pp`; what is smaller than 0.0001 reads so. */
export function formatPoints(change: number): string {
  if (!Number.isFinite(change)) return UNKNOWN;
  const points = change * 100;
  if (points !== 0 && Math.abs(points) < 0.0001) return points < 0 ? '> -0.0001 pp' : '< 0.0001 pp';
  return `${points > 0 ? '+' : ''}${short(points)} pp`;
}
