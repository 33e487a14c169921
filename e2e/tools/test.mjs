// npm test: type check and lint, unit tests, kernel tests on WebGPU and the browser tests in turn, and one summary. With --dawn the kernel tests
// in Node on Dawn run beside the browser tests, which leave half a machine idle.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { provideChromium } from './chromium.mjs';
import { outcomeOf, totalLine } from './counts.mjs';

const ROOT = path.resolve(import.meta.dirname, '../..');
const REPORTS = mkdtempSync(path.join(tmpdir(), 'nucleus-test-'));

const DAWN = process.argv.includes('--dawn');

/** Each step is a script of package.json; `report` says whose JSON it can write. Those of one list run at the same time. */
const STEPS = [
  [{ title: 'types and lint', script: 'check' }],
  [{ title: 'unit', script: 'test:unit', report: 'vitest' }],
  [{ title: 'gpu', script: 'test:gpu', report: 'vitest', browser: true }],
  [
    { title: 'e2e', script: 'e2e', report: 'playwright', browser: true },
    ...(DAWN ? [{ title: 'dawn', script: 'test:dawn', report: 'vitest', quiet: true }] : []),
  ],
];

const running = new Set();
let interrupted = false;

function interrupt(signal) {
  if (interrupted) return;
  interrupted = true;
  for (const each of running) each.kill(signal);
  setTimeout(() => {
    for (const each of running) each.kill('SIGKILL');
  }, 10_000).unref();
  if (running.size === 0) process.exit(130);
}

/** Runs a script of package.json; resolves to its exit code. What a quiet one says is told when it has ended. */
function runScript(script, args, env, quiet) {
  return new Promise(resolve => {
    const npm = process.env.npm_execpath;
    const tail = ['run', script, ...(args.length > 0 ? ['--', ...args] : [])];
    const [program, start] = npm ? [process.execPath, [npm]] : ['npm', []];
    const sink = quiet ? 'pipe' : 'inherit';
    const child = spawn(program, [...start, ...tail], {
      cwd: ROOT,
      env: { ...process.env, ...env },
      stdio: ['ignore', sink, sink],
      shell: !npm && process.platform === 'win32',
    });
    running.add(child);
    const said = [];
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', piece => said.push(piece));
    const finish = code => {
      running.delete(child);
      process.stdout.write(Buffer.concat(said));
      resolve(code);
    };
    child.on('error', () => finish(1));
    child.on('close', code => finish(code ?? 1));
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
  const found = chromium !== undefined && { CHROMIUM_PATH: chromium };
  const code = await runScript(step.script, args, { ...env, ...found }, step.quiet);
  return { ...outcomeOf(code, step.report && readReport(file)), note: code === 0 ? '' : `exit code ${code}` };
}

function summaryLine({ title, outcome }) {
  const state = outcome.failed > 0 ? 'FAILED' : 'ok';
  const counts = outcome.passed + outcome.failed + outcome.skipped > 0 ? totalLine([outcome]) : '';
  return `  ${state.padEnd(7)} ${title.padEnd(15)} ${[counts, outcome.note].filter(Boolean).join(', ')}`.trimEnd();
}

async function main() {
  const chromium = await provideChromium();
  const results = [];
  for (const steps of STEPS) {
    if (interrupted) break;
    const outcomes = await Promise.all(steps.map(step => runStep(step, chromium)));
    for (const [i, { title }] of steps.entries()) results.push({ title, outcome: outcomes[i] });
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
