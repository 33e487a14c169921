// Global set-up of the runners that need a browser: says what to do where there is none.
import { findForTests, HOW_TO_GET_ONE } from './browser.ts';

export default function requireBrowser(): void {
  if (findForTests() === undefined) throw new Error(HOW_TO_GET_ONE);
}
