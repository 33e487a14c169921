// Which Chromium the browser tests drive, and with which arguments.
import { accessSync, constants } from 'node:fs';
import process from 'node:process';
import { chromium } from 'playwright';

const INSTALLED: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  linux: [
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome-stable',
    '/usr/bin/google-chrome',
    '/snap/bin/chromium',
  ],
  darwin: [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
  ],
  win32: [
    'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
    'C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe',
  ],
};

/** Chromium without windows and the pages of its own that they show: tests take a sixth less. It has the same engine and SwiftShader. */
const HEADLESS_SHELL = '/usr/bin/chromium-headless-shell';

/** What to say where there is no Chromium. */
export const HOW_TO_GET_ONE = [
  'No Chromium for the browser tests was found. Either install Chrome or Chromium (Debian: apt-get install chromium),',
  'or download one with: npx playwright install --with-deps chromium',
  'or name one that is there: CHROMIUM_PATH=/path/to/chrome npm test',
].join('\n');

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The path of a Chromium: `CHROMIUM_PATH`, else an installed one, else Playwright's own; undefined when there is none. */
export function findChromium(env = process.env): string | undefined {
  if (env.CHROMIUM_PATH) return isExecutable(env.CHROMIUM_PATH) ? env.CHROMIUM_PATH : undefined;
  const installed = INSTALLED[process.platform]?.find(isExecutable);
  if (installed) return installed;
  const own = chromium.executablePath();
  return own && isExecutable(own) ? own : undefined;
}

/** As `findChromium`, but the headless shell where it is installed; not with `GPU=hardware`, for which the whole browser is the sure way to the GPU. */
export function findForTests(env = process.env): string | undefined {
  const any = !env.CHROMIUM_PATH && env.GPU !== 'hardware';
  return any && isExecutable(HEADLESS_SHELL) ? HEADLESS_SHELL : findChromium(env);
}

/**
 * Features that are off. The last switch of this name wins, so Playwright's own list stands here again; the two of the address bar load pages of
 * their own into every window, which cost as much as the page under test.
 */
const DISABLED_FEATURES = [
  'AimEnabled',
  'AvoidCorsURLLoaderRestartOnRedirect',
  'AvoidUnnecessaryBeforeUnloadCheckSync',
  'DestroyProfileOnBrowserClose',
  'HttpsFirstBalancedModeAutoEnable',
  'HttpsUpgrades',
  'LensOverlay',
  'MediaRouter',
  'NetworkTimeServiceQuerying',
  'OptimizationHints',
  'PaintHolding',
  'PreconnectToSearch',
  'TcpPortRandomizationWin',
  'ThirdPartyStoragePartitioning',
  'WebUIOmniboxAimPopup',
  'WebUIOmniboxPopup',
];

interface LaunchOptions {
  readonly executablePath?: string;
  readonly args: string[];
}

/** Launch options with WebGPU on: SwiftShader, or the machine's own adapter with `GPU=hardware`. */
export function launchOptions(env = process.env, executablePath = findForTests(env)): LaunchOptions {
  const linux = process.platform === 'linux';
  const hardware = env.GPU === 'hardware';
  const unsandboxed = linux && (process.getuid?.() === 0 || env.CI !== undefined);
  return {
    ...(executablePath !== undefined && { executablePath }),
    args: [
      ...(unsandboxed ? ['--no-sandbox'] : []),
      '--enable-unsafe-webgpu',
      ...(hardware ? [] : ['--use-webgpu-adapter=swiftshader']),
      ...(hardware && linux ? ['--enable-features=Vulkan', '--ignore-gpu-blocklist'] : []),
      '--disable-background-networking',
      '--disable-quic',
      `--disable-features=${DISABLED_FEATURES.join(',')}`,
      '--no-first-run',
    ],
  };
}

/** The same of the whole browser, as people have it. */
export const wholeBrowser = (env = process.env): LaunchOptions => launchOptions(env, findChromium(env));
