// A sentence that has just come must not stand below the edge of its pane.

/** As the `ref` of an element: brings it into sight when it appears, and moves nothing where it is in sight. */
export function inSight(element: Element | null): void {
  // Not returned: newer browsers answer with a promise, and what a ref gives back is a clean-up.
  void element?.scrollIntoView({ block: 'nearest' });
}
