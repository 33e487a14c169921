// What a page asks for stays on its way until a test lets it arrive.
import type { Page } from '@playwright/test';

/** Resolves to what lets them arrive, those asked for later too. @param held by the headers of a request; all of them unless given */
export async function heldRequests(
  page: Page,
  address: string | RegExp,
  held: (headers: Readonly<Record<string, string>>) => boolean = () => true,
): Promise<() => void> {
  let arrive = (): void => {};
  const arrived = new Promise<void>(resolve => {
    arrive = resolve;
  });
  await page.route(address, async route => {
    if (held(route.request().headers())) await arrived;
    await route.continue();
  });
  return arrive;
}
