// Sees to it that there is a Chromium: an installed one, else Debian's package, else Playwright's own download.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { runnerImport } from 'vite';

const ROOT = path.resolve(import.meta.dirname, '../..');
const DOWNLOAD_LIMIT_MS = 180_000;

/** Runs a program to its end with its output shown; resolves to whether it succeeded. Ended after `limitMs`. */
function succeeds(program, args, limitMs, env = process.env) {
  return new Promise(resolve => {
    const child = spawn(program, args, { cwd: ROOT, env, stdio: ['ignore', 'inherit', 'inherit'] });
    const timer = setTimeout(() => child.kill('SIGKILL'), limitMs);
    const finish = ok => {
      clearTimeout(timer);
      resolve(ok);
    };
    child.on('error', () => finish(false));
    child.on('exit', code => finish(code === 0));
  });
}

function isDebianRoot() {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  try {
    return /^ID=debian$/m.test(readFileSync('/etc/os-release', 'utf8'));
  } catch {
    return false;
  }
}

async function installFromDebian() {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await succeeds('apt-get', ['update', '-q'], 300_000, env); // an old list may do as well
  return succeeds('apt-get', ['install', '-y', '-q', 'chromium'], 900_000, env);
}

/** The path of a Chromium, installed now if need be and possible; undefined after three lines that say what to do. */
export async function provideChromium() {
  const given = process.env.NODE_ENV;
  const { module } = await runnerImport(path.join(import.meta.dirname, 'browser.ts'), { logLevel: 'error' });
  // Vite sets it for itself; programs that are started from here shall not have it.
  if (given === undefined) delete process.env.NODE_ENV;
  const { findForTests, HOW_TO_GET_ONE } = module;
  let found = findForTests();
  if (!found && !process.env.CHROMIUM_PATH && isDebianRoot()) {
    console.log('No Chromium here: installing the chromium package');
    await installFromDebian();
    found = findForTests();
  }
  if (!found && !process.env.CHROMIUM_PATH) {
    console.log("No Chromium here: downloading Playwright's own, for three minutes at most");
    const cli = path.join(ROOT, 'node_modules/playwright/cli.js');
    await succeeds(process.execPath, [cli, 'install', 'chromium'], DOWNLOAD_LIMIT_MS);
    found = findForTests();
  }
  if (!found) console.error(HOW_TO_GET_ONE);
  return found;
}
