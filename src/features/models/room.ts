// What the browser tells of this machine, and whether weights are likely to fit it.
import { formatBytes } from '../../lib/format.ts';
import { useModel } from '../../stores/react.ts';

/** What is known of the machine; null where nothing is. */
interface Room {
  /** Largest buffer of the adapter, bytes. */
  readonly maxBufferSize: number | null;
  /** Memory of the device, bytes, where the browser says it is less than it can count. */
  readonly memory: number | null;
}

/** An adapter has a few times its largest buffer; more than this is hardly there. */
const BUFFERS = 4;

/** Why a model is not likely to fit this machine, in one sentence; '' where nothing speaks against it. No browser says how much memory a GPU has. */
export function tightness(bytes: number, { maxBufferSize, memory }: Room): string {
  if (memory !== null && bytes > memory)
    return `Its weights take ${formatBytes(bytes)}; this device has ${formatBytes(memory)} of memory.`;
  if (maxBufferSize === null || bytes <= BUFFERS * maxBufferSize) return '';
  return `Its weights take ${formatBytes(bytes)}; this adapter gives ${formatBytes(maxBufferSize)} at most in one piece, and is unlikely to have room for that many.`;
}

/** GiB as the browser tells it, in bytes; null where it does not, or only says that there is plenty. */
function deviceMemory(): number | null {
  const memory: unknown = 'deviceMemory' in navigator ? navigator.deviceMemory : null;
  return typeof memory === 'number' && memory < 8 ? memory * 2 ** 30 : null;
}

/** `tightness` on this machine. */
export function useTightness(): (bytes: number) => string {
  const maxBufferSize = useModel(s => s.adapter?.maxBufferSize ?? null);
  return bytes => tightness(bytes, { maxBufferSize, memory: deviceMemory() });
}
