// A browser of a test's own with a profile on disk, that dies as a killed process does, and comes again.
import { type ChildProcess, spawn } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { type BrowserContext, chromium, expect } from '@playwright/test';
import { launchOptions } from '../tools/browser.ts';

interface OwnBrowser {
  /** Of the profile. */
  readonly context: BrowserContext;
  /** All its processes end at once: nothing in them is told. */
  kill(): Promise<void>;
}

/** @param profile folder; what it holds from before is there again */
export async function openBrowser(profile: string): Promise<OwnBrowser> {
  const { executablePath = chromium.executablePath(), args } = launchOptions();
  const told = join(profile, 'DevToolsActivePort');
  // What a killed one has left would be taken for this one's.
  await Promise.all([told, join(profile, 'SingletonLock')].map(path => rm(path, { force: true })));
  const own = ['--headless', '--remote-debugging-port=0', `--user-data-dir=${profile}`, 'about:blank'];
  const child = spawn(executablePath, [...args, ...own], { stdio: 'ignore', detached: process.platform !== 'win32' });
  const port = async (): Promise<string> => (await readFile(told, 'utf8').catch(() => '')).split('\n')[0] ?? '';
  await expect.poll(port).toMatch(/^\d+$/);
  const browser = await chromium.connectOverCDP(`http://127.0.0.1:${await port()}`);
  const [context] = browser.contexts();
  if (context === undefined) throw new Error('the browser has no profile');
  return {
    context,
    kill: async () => {
      await end(child);
      await browser.close().catch(() => {});
    },
  };
}

function end(child: ChildProcess): Promise<void> {
  return new Promise(resolve => {
    child.once('exit', () => resolve());
    if (child.pid !== undefined && process.platform !== 'win32') process.kill(-child.pid, 'SIGKILL');
    else child.kill('SIGKILL');
  });
}
