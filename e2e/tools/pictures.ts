// Makes the pictures of the README from the real page: `node e2e/tools/run.mjs e2e/tools/pictures.ts`, after a build into dist/.
import path from 'node:path';
import { chromium, type Page } from 'playwright';
import { launchOptions } from './browser.ts';
import { serveFolder } from './static-server.mjs';

const OUT = path.resolve(import.meta.dirname, '../pictures');

interface Picture {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly colorScheme: 'light' | 'dark';
  readonly phone?: boolean;
  /** Character in whose token the caret stands. */
  readonly caret: number;
}

const PICTURES: readonly Picture[] = [
  { name: 'desktop-light', width: 1280, height: 800, colorScheme: 'light', caret: 38 },
  { name: 'desktop-dark', width: 1280, height: 800, colorScheme: 'dark', caret: 33 },
  { name: 'phone', width: 390, height: 844, colorScheme: 'light', phone: true, caret: 38 },
];

async function story(page: Page, url: string, caret: number): Promise<void> {
  await page.goto(url);
  await page.getByRole('button', { name: 'Step', exact: true, disabled: false }).waitFor();
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await page.getByRole('button', { name: 'Stop', exact: true }).waitFor();
  await page.getByRole('button', { name: 'Step', exact: true, disabled: false }).waitFor({ timeout: 60_000 });
  await page.getByRole('textbox', { name: 'Text', exact: true }).evaluate((area, at) => {
    area.focus();
    (area as HTMLTextAreaElement).setSelectionRange(at, at);
  }, caret);
  await page.waitForTimeout(1500);
}

export async function main(args: string[]): Promise<void> {
  const folder = path.resolve(args[0] ?? 'dist');
  const server = await serveFolder({ folder, prefix: '/', ports: [0] });
  const browser = await chromium.launch(launchOptions());
  for (const { name, width, height, colorScheme, phone, caret } of PICTURES) {
    const touch = phone ? { isMobile: true, hasTouch: true, deviceScaleFactor: 2 } : {};
    const context = await browser.newContext({ viewport: { width, height }, colorScheme, ...touch });
    const page = await context.newPage();
    await story(page, server.url, caret);
    await page.screenshot({ path: path.join(OUT, `${name}.png`) });
    await context.close();
  }
  await browser.close();
  await server.close();
}
