// From one part of the page to the next by key, so that no control is many Tab stops away.

/** Landmarks, and the groups of a long one. */
const PARTS =
  '.shell > header, main, aside, footer, nav, form, section[aria-label], section[aria-labelledby], [data-part]';

const STOPS = 'a[href], button, input, select, textarea, summary, [tabindex]';

/** What Tab stops at, in its order; of a group of radio buttons all. */
function stopsOf(page: Element): HTMLElement[] {
  return [...page.querySelectorAll<HTMLElement>(STOPS)].filter(
    stop => stop.tabIndex >= 0 && !stop.matches(':disabled') && stop.checkVisibility({ visibilityProperty: true }),
  );
}

/** The first stop of each part, in the order of the page; what goes on behind a part that stands inside of it begins anew. */
function startsOf(stops: readonly HTMLElement[]): HTMLElement[] {
  return stops.filter((stop, i) => i === 0 || stop.closest(PARTS) !== stops[i - 1]?.closest(PARTS));
}

/** Moves the focus to the beginning of the part after that of the focused element, or of the one before; behind the last comes the first. */
export function goToPart(by: 1 | -1): void {
  const page = document.querySelector('.shell');
  if (page === null) return;
  const starts = startsOf(stopsOf(page));
  const focused = document.activeElement ?? document.body;
  const isBefore = (start: HTMLElement): boolean =>
    start === focused || (start.compareDocumentPosition(focused) & Node.DOCUMENT_POSITION_FOLLOWING) !== 0;
  const inside = page.contains(focused) ? starts.filter(isBefore).length - 1 : by === 1 ? -1 : 0;
  starts.at((inside + by) % starts.length)?.focus();
}
