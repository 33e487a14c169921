// The scale of the bars as markup: the button opens the choices, one of them is taken, and each makes the bars of the list another length.
import { afterEach, expect, test } from 'vitest';
import { rendered } from '../../../e2e/support/rendered.ts';
import { until } from '../../../e2e/support/scripted-engine.ts';
import { type Page, readyPage } from '../../../e2e/support/scripted-page.ts';
import { BAR_SCALES } from '../../stores/view.ts';
import { SCALE_WORDS } from '../shared/barLength.ts';
import { Inspector } from './Inspector.tsx';

let page: Page | null = null;
afterEach(() => page?.dispose());

test('the button belongs to the choices, says which one is taken, and each makes the bar of a candidate another length', async () => {
  const opened = await readyPage({});
  page = opened;
  await until(() => opened.rows.getState().selected.status === 'ready');
  const lengths = BAR_SCALES.map(scale => {
    opened.view.getState().setBarScale(scale);
    const markup = rendered(opened, <Inspector />);
    const { label } = SCALE_WORDS[scale];
    const opens = markup.match(new RegExp(`aria-label="Scale of the bars: ${label}"[^>]* popoverTarget="([^"]+)"`));
    expect(opens, label).not.toBeNull();
    const popover = markup.slice(markup.indexOf(`<div id="${opens?.[1]}" popover="auto"`));
    const choices = [...popover.matchAll(/<input type="radio"[^>]*?( checked="")?\/><span>([^<]+)</g)];
    expect(choices.map(([, checked, words]) => [words, checked !== undefined])).toEqual(
      BAR_SCALES.map(each => [SCALE_WORDS[each].label, each === scale]),
    );
    const share = Number(markup.match(/role="gridcell"[^>]* title="(0\.\d+)"/)?.[1]);
    const bar = Number(markup.match(/scaleX\(([^)]+)\)/)?.[1]);
    return { share, bar };
  });
  const [whole, largest, log] = lengths;
  expect(new Set(lengths.map(({ share }) => share)).size).toBe(1);
  expect(whole?.bar).toBe(whole?.share);
  expect(largest?.bar).toBeGreaterThan((whole?.bar ?? 1) * 50);
  expect(log?.bar).toBeGreaterThan(0.5);
  expect(log?.bar).toBeLessThan(largest?.bar ?? 0);
});
