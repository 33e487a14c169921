// Test support: what a check of the kernels finds where there are none.
import type { SelfTestReport } from '../../src/protocol/self-test.ts';

/** All kernels right. */
export const RIGHT_KERNELS: SelfTestReport = {
  variants: [
    { name: 'attention', error: 2.5e-7, wrong: 0, off: false },
    { name: 'linear_row f16', error: 1.5e-7, wrong: 0, off: false },
  ],
  repetitions: 3,
  bound: 2 ** -10,
  ran: 2,
  build: '0123456789abcdef',
  browser: 'a browser of the tests',
};
