// Global set-up of the runners that need a browser: says what to do where there is none.
import { findChromium, HOW_TO_GET_ONE } from './browser.ts';

export default function requireBrowser(): void {
  if (findChromium() === undefined) throw new Error(HOW_TO_GET_ONE);
}
