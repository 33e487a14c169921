// Test support: what the page opens of the recording of the model that ships.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { unpack } from '../../src/recorded/pack.ts';
import { FILES, type Recording } from '../../src/recorded/recording.ts';
import { RECORDED } from './record-run.ts';

export function shippedRecording(): Recording {
  return unpack(new Uint8Array(readFileSync(path.join(RECORDED, FILES.run)))) as Recording;
}
