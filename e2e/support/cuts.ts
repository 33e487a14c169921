// What a page of some size cuts off.
import type { Page } from '@playwright/test';

/** All views, as their tabs are called. */
export const VIEWS = [
  ...(['Token', 'Chat', 'Text', 'Branches', 'Lens', 'Attention', 'Ablation', 'Model', 'Follow'] as const),
  ...(['Answers', 'Compare', 'Search', 'Commands'] as const),
] as const;

/** All but the token's. */
export const OTHER_VIEWS = VIEWS.slice(1);

/**
 * What is cut, in words: the page or a pane that is wider than its place, a control that reaches out of the window or of the pane it
 * stands in. Rows that are made to be pushed sideways (tabs, examples, the status line) and names that end in an ellipsis may be.
 */
export function cutsOf(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found: string[] = [];
    const { clientWidth, scrollWidth } = document.documentElement;
    if (scrollWidth > clientWidth) found.push(`the page is ${scrollWidth} px wide`);
    const nameOf = (e: Element) => `${e.tagName} ${e.className} "${e.textContent?.slice(0, 30)}"`;
    const open = document.querySelector('dialog[open]');
    const roots = open ? [open] : [...document.querySelectorAll('header, main, aside, footer')];
    const aside = '[role="tablist"], [aria-label="Examples"], dl[aria-label="Status"], [data-sideways], canvas';
    // For readers alone, of no size; or in a popover that has its own place.
    const hidden = (e: Element) => e.clientWidth <= 1 || e.closest('.visually-hidden, [popover]') !== null;
    // A picture that the keys walk.
    const walked = (e: Element) =>
      e instanceof HTMLElement && e.tabIndex === 0 && e.matches('[role="grid"], [role="tree"]');
    const clips = (e: Element) => getComputedStyle(e).overflowX !== 'visible';
    for (const root of roots) {
      for (const e of [root, ...root.querySelectorAll<HTMLElement>('*')]) {
        if (hidden(e) || e.closest(aside) || e.querySelector(':scope > ul[aria-label="Examples"]')) continue;
        const { left, right } = e.getBoundingClientRect();
        const control = e.matches('button, input, select, textarea, [role="switch"]');
        const shortened = getComputedStyle(e).textOverflow === 'ellipsis';
        if (clips(e) && !shortened && !walked(e) && e.scrollWidth > e.clientWidth + 1)
          found.push(`${nameOf(e)} holds ${e.scrollWidth} px in ${e.clientWidth}`);
        if (!control || e.closest('ul[aria-label="Examples"] ~ *')) continue;
        if (left < -0.5 || right > clientWidth + 0.5)
          found.push(`${nameOf(e)} leaves the window at ${left} to ${right}`);
        for (let pane = e.parentElement; pane && pane !== root.parentElement; pane = pane.parentElement) {
          const box = pane.getBoundingClientRect();
          if (clips(pane) && (left < box.left - 0.5 || right > box.right + 0.5))
            found.push(`${nameOf(e)} leaves ${nameOf(pane)}`);
        }
      }
    }
    return found;
  });
}
