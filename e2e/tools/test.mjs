// npm test: type check and lint, unit tests, kernel tests on WebGPU and the browser tests in turn, and one summary. With --dawn the kernel tests
// in Node on Dawn follow.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { provideChromium } from './chromium.mjs';
import { failedIn, outcomeOf, totalLine } from './counts.mjs';

const ROOT = path.resolve(import.meta.dirname, '../..');
const REPORTS = mkdtempSync(path.join(tmpdir(), 'nucleus-test-'));

/** Each step is a script of package.json; `report` says whose JSON it can write. */
const STEPS = [
  { title: 'types and lint', script: 'check' },
  { title: 'unit', script: 'test:unit', report: 'vitest' },
  { title: 'gpu', script: 'test:gpu', report: 'vitest', browser: true },
  { title: 'e2e', script: 'e2e', report: 'playwright', browser: true },
  ...(process.argv.includes('--dawn') ? [{ title: 'dawn', script: 'test:dawn', report: 'vitest' }] : []),
];

let running;
let interrupted = false;

function interrupt(signal) {
  if (interrupted) return;
  interrupted = true;
  running?.kill(signal);
  setTimeout(() => running?.kill('SIGKILL'), 10_000).unref();
  if (running === undefined) process.exit(130);
}

/** Runs a script of package.json; resolves to its exit code. */
function runScript(script, args, env) {
  return new Promise(resolve => {
    const npm = process.env.npm_execpath;
    const tail = ['run', script, ...(args.length > 0 ? ['--', ...args] : [])];
    const [program, start] = npm ? [process.execPath, [npm]] : ['npm', []];
    running = spawn(program, [...start, ...tail], {
      cwd: ROOT,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'inherit', 'inherit'],
      shell: !npm && process.platform === 'win32',
    });
    const finish = code => {
      running = undefined;
      resolve(code);
    };
    running.on('error', () => finish(1));
    running.on('exit', code => finish(code ?? 1));
  });
}

/** How a step is asked for a JSON report beside its usual output. */
function reporting(kind, file) {
  if (kind === 'vitest')
    return { args: ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`], env: {} };
  if (kind === 'playwright') return { args: ['--reporter=list,json'], env: { PLAYWRIGHT_JSON_OUTPUT_FILE: file } };
  return { args: [], env: {} };
}

function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined; // the runner never came as far
  }
}

async function runStep(step, chromium) {
  if (step.browser && chromium === undefined) return { ...outcomeOf(1, undefined), note: 'no Chromium' };
  console.log(`\n== ${step.title}: npm run ${step.script}`);
  const file = path.join(REPORTS, `${step.title.replaceAll(' ', '-')}.json`);
  const { args, env } = reporting(step.report, file);
  const code = await runScript(step.script, args, {
    ...env,
    ...(chromium !== undefined && { CHROMIUM_PATH: chromium }),
  });
  const report = step.report && readReport(file);
  return { ...outcomeOf(code, report), failures: failedIn(report), note: code === 0 ? '' : `exit code ${code}` };
}

function summaryLine({ title, outcome }) {
  const state = outcome.failed > 0 ? 'FAILED' : 'ok';
  const counts = outcome.passed + outcome.failed + outcome.skipped > 0 ? totalLine([outcome]) : '';
  const line =
    `  ${state.padEnd(7)} ${title.padEnd(15)} ${[counts, outcome.note].filter(Boolean).join(', ')}`.trimEnd();
  return [line, ...(outcome.failures ?? []).map(failure => `            ${failure}`)].join('\n');
}

async function main() {
  const chromium = await provideChromium();
  const results = [];
  for (const step of STEPS) {
    if (interrupted) break;
    results.push({ title: step.title, outcome: await runStep(step, chromium) });
  }
  console.log(`\nSummary\n${results.map(summaryLine).join('\n')}`);
  if (interrupted) console.log('  interrupted');
  console.log(`\n${totalLine(results.map(result => result.outcome))}`);
  if (interrupted) return 130;
  return results.every(result => result.outcome.failed === 0) ? 0 : 1;
}

for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => interrupt(signal));
process.on('exit', () => rmSync(REPORTS, { recursive: true, force: true }));
process.exitCode = await main();
