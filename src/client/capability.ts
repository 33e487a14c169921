// Can this browser run Nucleus at all? Decided before a worker is made, with the reason and the way out.
import { NucleusError } from '../lib/error.ts';

/** What is looked at; the page passes its own globals. */
export interface BrowserFacts {
  readonly secure: boolean;
  readonly hasGpu: boolean;
  readonly hasWorker: boolean;
  readonly userAgent: string;
  readonly origin: string;
}

type BrowserName = 'chrome' | 'edge' | 'opera' | 'firefox' | 'safari' | 'other';
type PlatformName = 'windows' | 'mac' | 'ios' | 'android' | 'linux' | 'other';

export interface Browser {
  readonly name: BrowserName;
  /** Major version; for Safari its `Version/`, on iOS the system's. 0 when unknown. */
  readonly version: number;
  readonly platform: PlatformName;
}

export function currentFacts(): BrowserFacts {
  return {
    secure: globalThis.isSecureContext,
    hasGpu: 'gpu' in navigator && Boolean(navigator.gpu),
    hasWorker: typeof Worker === 'function',
    userAgent: navigator.userAgent,
    origin: globalThis.location.origin,
  };
}

/** Null when nothing speaks against it; else the error, with `advice`, `browser`, `version` and `origin` in its detail. */
export function checkCapability(facts: BrowserFacts): NucleusError | null {
  const browser = readBrowser(facts.userAgent);
  const detail = { browser: browser.name, version: browser.version, platform: browser.platform, origin: facts.origin };
  if (!facts.secure) {
    return new NucleusError('insecure_context', 'navigator.gpu is hidden outside secure contexts', detail);
  }
  if (!facts.hasGpu || !facts.hasWorker) {
    const missing = facts.hasGpu ? 'this browser has no module workers' : 'navigator.gpu is missing';
    return new NucleusError('no_webgpu', missing, { ...detail, advice: webgpuAdvice(browser) });
  }
  return null;
}

/** Name and version out of the user agent string. On iOS every browser is Safari's engine, so the system decides. */
export function readBrowser(userAgent: string): Browser {
  const platform = readPlatform(userAgent);
  const version = (pattern: RegExp): number => Number(pattern.exec(userAgent)?.[1] ?? 0);
  if (platform === 'ios') {
    return { name: 'safari', version: version(/Version\/(\d+)/) || version(/OS (\d+)[_\d]* like Mac/), platform };
  }
  if (userAgent.includes('Edg/')) return { name: 'edge', version: version(/Edg\/(\d+)/), platform };
  if (userAgent.includes('OPR/')) return { name: 'opera', version: version(/Chrome\/(\d+)/), platform };
  if (userAgent.includes('Firefox/')) return { name: 'firefox', version: version(/Firefox\/(\d+)/), platform };
  if (userAgent.includes('Chrome/')) return { name: 'chrome', version: version(/Chrome\/(\d+)/), platform };
  if (userAgent.includes('Safari/')) return { name: 'safari', version: version(/Version\/(\d+)/), platform };
  return { name: 'other', version: 0, platform };
}

function readPlatform(userAgent: string): PlatformName {
  if (/iPhone|iPad|iPod/.test(userAgent)) return 'ios';
  if (userAgent.includes('Android')) return 'android';
  if (userAgent.includes('Windows')) return 'windows';
  if (userAgent.includes('Mac OS X')) return 'mac';
  if (userAgent.includes('Linux')) return 'linux';
  return 'other';
}

/** First versions with WebGPU switched on, by browser and platform; null where none has it yet. */
function firstVersion({ name, platform }: Browser): number | null {
  switch (name) {
    case 'chrome':
    case 'edge':
    case 'opera':
      return platform === 'android' ? 121 : platform === 'linux' ? 144 : 113;
    case 'firefox':
      return platform === 'windows' ? 141 : platform === 'mac' ? 145 : null;
    case 'safari':
      return 26;
    case 'other':
      return null;
    default:
      return name satisfies never;
  }
}

const TITLES: Readonly<Record<BrowserName, string>> = {
  chrome: 'Chrome',
  edge: 'Edge',
  opera: 'Opera',
  firefox: 'Firefox',
  safari: 'Safari',
  other: 'This browser',
};

const PLATFORM_TITLES: Readonly<Record<PlatformName, string>> = {
  windows: 'Windows',
  mac: 'macOS',
  ios: 'iOS',
  android: 'Android',
  linux: 'Linux',
  other: 'this system',
};

/** What to do when `navigator.gpu` is missing on a secure page. */
export function webgpuAdvice(browser: Browser): string {
  const title = TITLES[browser.name];
  const first = firstVersion(browser);
  if (browser.platform === 'ios') {
    return browser.version >= 26
      ? 'Turn on WebGPU in Settings > Apps > Safari > Advanced > Feature Flags.'
      : 'On iPhone and iPad it comes with iOS 26: update the system.';
  }
  if (first === null) {
    if (browser.name === 'firefox') {
      return `Firefox on ${PLATFORM_TITLES[browser.platform]} has it switched off: set dom.webgpu.enabled to true in about:config, or use a current Chrome.`;
    }
    return 'Open the page in a current Chrome, Edge, Firefox or Safari.';
  }
  if (browser.version > 0 && browser.version < first) {
    const linuxFlag =
      browser.platform === 'linux' && browser.name !== 'firefox' && browser.version >= 113
        ? ', or start it with --enable-unsafe-webgpu'
        : '';
    return `${title} has it from version ${first} on ${PLATFORM_TITLES[browser.platform]} (this is ${browser.version}): update the browser${linuxFlag}.`;
  }
  switch (browser.name) {
    case 'chrome':
    case 'edge':
    case 'opera':
      return `Turn on "Use graphics acceleration when available" in the system settings of ${title}, restart it, and see ${browser.name === 'edge' ? 'edge' : browser.name === 'opera' ? 'opera' : 'chrome'}://gpu for the reason it gives.`;
    case 'firefox':
      return 'Check that dom.webgpu.enabled is true in about:config, and restart Firefox.';
    case 'safari':
      return 'Turn on WebGPU under Develop > Feature Flags, and restart Safari.';
    case 'other':
      return 'Open the page in a current Chrome, Edge, Firefox or Safari.';
    default:
      return browser.name satisfies never;
  }
}
