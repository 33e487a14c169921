// npm test: type check and lint, unit tests and kernel tests on WebGPU in turn, the browser tests beside them, and one summary. With --dawn
// kernels, golden models and command line in Node on Dawn, too.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { provideChromium } from './chromium.mjs';
import { failedIn, outcomeOf, totalLine } from './counts.mjs';
import { inLanes, namedLines } from './lanes.mjs';

const ROOT = path.resolve(import.meta.dirname, '../..');
const REPORTS = mkdtempSync(path.join(tmpdir(), 'nucleus-test-'));

/** What the step before it has not tested of the same in Chromium. */
const DAWN = { title: 'dawn', script: 'test:dawn', report: 'vitest', env: { BESIDE_CHROMIUM: '1' } };

/**
 * Each step is a script of package.json; `report` says whose JSON it can write. The browser tests take longest and wait about as long as they
 * compute: all others fit beside them.
 */
const LANES = [
  [
    { title: 'types and lint', script: 'check' },
    { title: 'unit', script: 'test:unit', report: 'vitest' },
    { title: 'gpu', script: 'test:gpu', report: 'vitest', browser: true },
    ...(process.argv.includes('--dawn') ? [DAWN] : []),
  ],
  [{ title: 'e2e', script: 'e2e', report: 'playwright', browser: true }],
];

const running = new Set();
let interrupted = false;

function interrupt(signal) {
  if (interrupted) return;
  interrupted = true;
  const tell = word => {
    for (const child of running) child.kill(word);
  };
  tell(signal);
  setTimeout(() => tell('SIGKILL'), 10_000).unref();
  if (running.size === 0) process.exit(130);
}

/** Runs a script of package.json with its output under `title`; resolves to its exit code. */
function runScript(title, script, args, env) {
  return new Promise(resolve => {
    const npm = process.env.npm_execpath;
    const tail = ['run', script, ...(args.length > 0 ? ['--', ...args] : [])];
    const [program, start] = npm ? [process.execPath, [npm]] : ['npm', []];
    const colours = process.stdout.isTTY && process.env.NO_COLOR === undefined ? { FORCE_COLOR: '1' } : {};
    const child = spawn(program, [...start, ...tail], {
      cwd: ROOT,
      env: { ...process.env, ...colours, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: !npm && process.platform === 'win32',
    });
    running.add(child);
    const outputs = [
      [child.stdout, process.stdout],
      [child.stderr, process.stderr],
    ].map(([from, to]) => {
      const lines = namedLines(title, line => to.write(line));
      from.setEncoding('utf8').on('data', lines.push);
      return lines;
    });
    const finish = code => {
      running.delete(child);
      for (const lines of outputs) lines.end();
      resolve(code);
    };
    child.on('error', () => finish(1));
    // A process left behind may hold the pipes open: what the step itself wrote is there by then.
    child.on('exit', code => {
      const late = setTimeout(() => finish(code ?? 1), 2_000);
      child.on('close', () => {
        clearTimeout(late);
        finish(code ?? 1);
      });
    });
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
  console.log(`== ${step.title}: npm run ${step.script}`);
  const begun = performance.now();
  const file = path.join(REPORTS, `${step.title.replaceAll(' ', '-')}.json`);
  const { args, env } = reporting(step.report, file);
  const code = await runScript(step.title, step.script, args, {
    ...step.env,
    ...env,
  });
  const report = step.report && readReport(file);
  const took = `${Math.round((performance.now() - begun) / 1000)} s`;
  const note = code === 0 ? took : `${took}, exit code ${code}`;
  return { ...outcomeOf(code, report), failures: failedIn(report), note };
}

function summaryLine({ title, outcome }) {
  const state = outcome.failed > 0 ? 'FAILED' : 'ok';
  const counts = outcome.passed + outcome.failed + outcome.skipped > 0 ? totalLine([outcome]) : '';
  const line =
    `  ${state.padEnd(7)} ${title.padEnd(15)} ${[counts, outcome.note].filter(Boolean).join(', ')}`.trimEnd();
  const failures = (outcome.failures ?? []).flatMap(({ name, why }) => [
    `            ${name}`,
    ...why.map(each => `              ${each}`),
  ]);
  return [line, ...failures].join('\n');
}

async function main() {
  const chromium = await provideChromium();
  const run = async step => ({ title: step.title, outcome: await runStep(step, chromium) });
  const results = await inLanes(LANES, run, () => interrupted);
  console.log(`\nSummary\n${results.map(summaryLine).join('\n')}`);
  if (interrupted) console.log('  interrupted');
  console.log(`\n${totalLine(results.map(result => result.outcome))}`);
  if (interrupted) return 130;
  return results.every(result => result.outcome.failed === 0) ? 0 : 1;
}

for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => interrupt(signal));
process.on('exit', () => rmSync(REPORTS, { recursive: true, force: true }));
process.exitCode = await main();
