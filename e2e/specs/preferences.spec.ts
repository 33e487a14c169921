// What a person has asked the system for: less motion, and colours of their own. Every view keeps to it.
import { contrastComplaints } from '../support/axe.ts';
import { VIEWS } from '../support/cuts.ts';
import { candidatesReady, openPage, openView } from '../support/page.ts';
import { expect, type Page, test } from '../support/tests.ts';

/** Elements that go from one place or size to another over time, rather than at once. Colours may fade. */
function moving(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const still = /^(?:opacity|visibility|color|fill|stroke|background-color|border(?:-\w+)?-color|outline-color)$/;
    const steps = new Map<string, string[]>();
    const read = (rules: CSSRuleList): void => {
      for (const rule of rules) {
        if (rule instanceof CSSKeyframesRule)
          steps.set(
            rule.name,
            [...rule.cssRules].flatMap(each => [...(each as CSSKeyframeRule).style]),
          );
        else if (rule instanceof CSSGroupingRule) read(rule.cssRules);
      }
    };
    for (const sheet of document.styleSheets) read(sheet.cssRules);
    const list = (value: string): string[] => value.split(', ');
    const found: string[] = [];
    for (const element of document.querySelectorAll('*')) {
      const style = getComputedStyle(element);
      const takes = (times: string, i: number): boolean => {
        const all = list(times);
        return Number.parseFloat(all[i % all.length] ?? '0') > 0;
      };
      const changing = list(style.transitionProperty).filter((_, i) => takes(style.transitionDuration, i));
      const animated = list(style.animationName)
        .filter((_, i) => takes(style.animationDuration, i))
        .flatMap(name => steps.get(name) ?? []);
      const moved = [...changing, ...animated].filter(property => !still.test(property));
      if (style.scrollBehavior === 'smooth') moved.push('scroll');
      if (moved.length > 0) found.push(`${element.tagName} ${element.getAttribute('class')}: ${moved.join()}`);
    }
    return found;
  });
}

/** Things of a group that are chosen, and look as those of it that are not. */
function alike(page: Page): Promise<{ readonly compared: number; readonly found: string[] }> {
  return page.evaluate(() => {
    const PAINT = ['color', 'backgroundImage', 'fontWeight', 'opacity', 'textDecorationLine'] as const;
    const LINES = ['borderTop', 'borderRight', 'borderBottom', 'borderLeft', 'outline', 'fill', 'stroke'] as const;
    const clear = (colour: string): boolean => /^rgba\(.*, 0\)$/.test(colour);
    /** The colour that is seen behind: that of the first ancestor which has one. */
    const groundOf = (element: Element | null): string => {
      if (element === null) return 'Canvas';
      const { backgroundColor } = getComputedStyle(element);
      return clear(backgroundColor) ? groundOf(element.parentElement) : backgroundColor;
    };
    const paintOf = (element: Element): string =>
      [element, ...element.querySelectorAll('*')]
        .filter(each => !each.matches('.visually-hidden'))
        .flatMap(each =>
          [null, '::before', '::after'].map(part => {
            const style = getComputedStyle(each, part);
            // A pseudo-element that is not there has no content.
            if (part !== null && style.content === 'none') return '';
            const ground = part === null || clear(style.backgroundColor) ? groundOf(each) : style.backgroundColor;
            return [ground, ...[...PAINT, ...LINES].map(name => style[name])].join();
          }),
        )
        .join(';');
    const shown = (element: Element): boolean => element.checkVisibility() && element.clientWidth > 0;
    const found: string[] = [];
    let compared = 0;
    for (const state of ['aria-selected', 'aria-pressed', 'aria-checked']) {
      for (const chosen of [...document.querySelectorAll(`[${state}="true"]`)].filter(shown)) {
        const role = chosen.getAttribute('role') ?? chosen.tagName;
        const group = chosen.closest(
          '[role="tablist"], [role="group"], [role="grid"], [role="tree"], fieldset, section',
        );
        const others = [...(group?.querySelectorAll(`[${state}="false"]`) ?? [])].filter(
          each => shown(each) && (each.getAttribute('role') ?? each.tagName) === role,
        );
        const other = others.find(each => each.className === chosen.className) ?? others[0];
        if (other === undefined) continue;
        compared++;
        if (paintOf(chosen) === paintOf(other)) found.push(`${state} ${role} "${chosen.textContent?.slice(0, 30)}"`);
      }
    }
    for (const input of [...document.querySelectorAll('input:checked')]) {
      const name = input.getAttribute('name');
      const other = document.querySelector(`input[name="${name}"]:not(:checked)`);
      const [one, two] = [input.closest('label'), other?.closest('label') ?? null];
      if (name === null || one === null || two === null || !shown(one)) continue;
      compared++;
      if (paintOf(one) === paintOf(two)) found.push(`radio "${one.textContent}"`);
    }
    return { compared, found };
  });
}

async function everyView(page: Page, look: (view: string) => Promise<void>): Promise<void> {
  await openPage(page);
  await candidatesReady(page);
  for (const view of VIEWS) {
    await openView(page, view);
    await expect(page.getByRole('complementary').getByRole('progressbar')).toHaveCount(0);
    await look(view);
  }
}

test('less motion: nothing moves of itself in any view', async ({ page }) => {
  await everyView(page, async view => {
    await page.emulateMedia({ reducedMotion: 'no-preference' });
    // The picture of the model has a mark that glides for everybody else.
    if (view === 'Model') await expect.poll(() => moving(page)).toContainEqual(expect.stringContaining('transform'));
    await page.emulateMedia({ reducedMotion: 'reduce' });
    expect(await moving(page), view).toEqual([]);
  });
});

test.describe('colours of the person', () => {
  test.use({ contextOptions: { forcedColors: 'active' } });

  test('what is chosen can be told from what is not, and text from its ground, in every view', async ({ page }) => {
    let compared = 0;
    await everyView(page, async view => {
      const seen = await alike(page);
      compared += seen.compared;
      expect(seen.found, view).toEqual([]);
      expect(await contrastComplaints(page), view).toEqual([]);
    });
    expect(compared).toBeGreaterThan(2 * VIEWS.length);
  });
});
