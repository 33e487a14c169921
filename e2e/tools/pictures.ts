// Makes the pictures of the README from the real page: `node e2e/tools/run.mjs e2e/tools/pictures.ts`, after a build into dist/.
import path from 'node:path';
import { chromium, type Page } from 'playwright';
import { wholeBrowser } from './browser.ts';
import { serveFolder } from './static-server.mjs';

const OUT = path.resolve(import.meta.dirname, '../pictures');
/** The same story in every picture. */
const SEED = '3';

interface Picture {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly colorScheme: 'light' | 'dark';
  readonly phone?: boolean;
  /** Character in whose token the caret stands. */
  readonly caret: number;
  /** What a person does before the picture is taken. */
  readonly look?: (page: Page) => Promise<void>;
}

const tab = (page: Page, name: string) => page.getByRole('tab', { name, exact: true }).click();
const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name, exact: true });

async function settled(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Step', exact: true, disabled: false }).waitFor({ timeout: 60_000 });
  await page.waitForTimeout(2_000);
}

async function pin(page: Page, text: string): Promise<void> {
  const field = page.getByRole('searchbox', { name: /pin/i });
  await field.fill(text);
  await field.press('Enter');
}

/** Two more branches, and a tree that has grown from the last one. */
async function branches(page: Page): Promise<void> {
  for (const nth of [1, 3]) {
    await page.locator('[id^="candidate-"]').nth(nth).click();
    await button(page, /^Continue from here/).click();
    await settled(page);
    await caretTo(page, 36);
    await page.waitForTimeout(1_500);
  }
  await tab(page, 'Branches');
  await page.getByText(/^At position/).click();
  await button(page, 'Grow').click();
  await page.waitForTimeout(4_000);
}

const PICTURES: readonly Picture[] = [
  { name: 'desktop-light', width: 1280, height: 800, colorScheme: 'light', caret: 38 },
  {
    name: 'desktop-dark',
    width: 1280,
    height: 1000,
    colorScheme: 'dark',
    caret: 38,
    look: page => tab(page, 'Sampling steps'),
  },
  { name: 'phone', width: 390, height: 844, colorScheme: 'light', phone: true, caret: 38 },
  {
    name: 'view-text',
    width: 1280,
    height: 900,
    colorScheme: 'light',
    caret: 38,
    look: async page => {
      await tab(page, 'Text');
      for (const text of [' the', ' named']) await pin(page, text);
    },
  },
  { name: 'view-branches', width: 1280, height: 900, colorScheme: 'dark', caret: 36, look: branches },
  {
    name: 'view-lens',
    width: 1280,
    height: 900,
    colorScheme: 'light',
    caret: 38,
    look: async page => {
      await button(page, 'Widen this column').click();
      await tab(page, 'Lens');
    },
  },
  {
    name: 'view-attention',
    width: 1280,
    height: 900,
    colorScheme: 'dark',
    caret: 100,
    look: page => tab(page, 'Attention'),
  },
  {
    name: 'view-ablation',
    width: 1280,
    height: 900,
    colorScheme: 'light',
    caret: 38,
    look: async page => {
      await tab(page, 'Ablation');
      await page.getByRole('switch').nth(14).click();
    },
  },
  {
    name: 'view-compare',
    width: 1280,
    height: 900,
    colorScheme: 'dark',
    caret: 31,
    look: async page => {
      await page.keyboard.press('ControlOrMeta+z');
      await tab(page, 'Compare');
      await button(page, 'Run all columns').click();
      await settled(page);
    },
  },
  {
    name: 'view-search',
    width: 1280,
    height: 900,
    colorScheme: 'light',
    caret: 31,
    look: async page => {
      await page.keyboard.press('ControlOrMeta+z');
      await tab(page, 'Search');
      await button(page, 'Search from the end of the text').click();
      await page.waitForTimeout(6_000);
    },
  },
  { name: 'view-model', width: 1280, height: 900, colorScheme: 'light', caret: 38, look: page => tab(page, 'Model') },
  {
    name: 'view-chat',
    width: 1280,
    height: 900,
    colorScheme: 'dark',
    caret: 38,
    look: async page => {
      await tab(page, 'Chat');
      const message = page.getByRole('textbox', { name: /^Message/ });
      await message.fill('Tell me of a fox.');
      await message.press('Enter');
      await settled(page);
    },
  },
  {
    name: 'view-follow',
    width: 1280,
    height: 900,
    colorScheme: 'light',
    caret: 38,
    look: async page => {
      await tab(page, 'Follow');
      await page
        .getByRole('region', { name: 'Follow' })
        .getByRole('button', { name: /Softmax/ })
        .first()
        .click();
    },
  },
];

async function caretTo(page: Page, at: number): Promise<void> {
  await page.getByRole('textbox', { name: 'Text', exact: true }).evaluate((area, offset) => {
    area.focus();
    (area as HTMLTextAreaElement).setSelectionRange(offset, offset);
  }, at);
}

async function story(page: Page, url: string, { caret, phone, look }: Picture): Promise<void> {
  await page.goto(url);
  await settled(page);
  if (!phone) {
    const seed = page.getByRole('textbox', { name: 'Seed', exact: true });
    await seed.fill(SEED);
    await seed.press('Enter');
  }
  await button(page, 'Run').click();
  await button(page, 'Stop').waitFor();
  await settled(page);
  await caretTo(page, caret);
  await page.waitForTimeout(1_500);
  await look?.(page);
  await page.waitForTimeout(2_500);
}

export async function main(args: string[]): Promise<void> {
  const folder = path.resolve(args[0] ?? 'dist');
  const server = await serveFolder({ folder, prefix: '/', ports: [0] });
  const browser = await chromium.launch(wholeBrowser());
  for (const picture of PICTURES) {
    const { name, width, height, colorScheme, phone } = picture;
    if (args[1] !== undefined && !name.includes(args[1])) continue;
    const touch = phone ? { isMobile: true, hasTouch: true, deviceScaleFactor: 2 } : {};
    const context = await browser.newContext({ viewport: { width, height }, colorScheme, ...touch });
    const page = await context.newPage();
    await story(page, server.url, picture);
    await page.screenshot({ path: path.join(OUT, `${name}.png`) });
    await context.close();
  }
  await browser.close();
  await server.close();
}
