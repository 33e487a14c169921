// The CI script finds the machine's own Debian source, in the new form and in the old one.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ROOT } from './sources.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'nucleus-apt-'));
  mkdirSync(path.join(folder, 'sources.list.d'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** The first source for bookworm below `folder`, as [URI, Signed-By]. */
function debianSource(): string[] {
  const script = '. .ci/run && debian_source "$1" bookworm | head -n 1';
  const out = execFileSync('bash', ['-c', script, 'test', folder], { cwd: ROOT, encoding: 'utf8' });
  return out.replace(/\n$/, '').split('\t');
}

const DEB822 = `# comment
Types: deb
URIs: http://one.test/debian-security
Suites: bookworm-security
Components: main
Signed-By: /keys/security.gpg

Enabled: no
Types: deb
URIs: http://off.test/debian
Suites: bookworm

Types: deb
# the main one
URIs: http://two.test/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By: /keys/main.gpg
`;

test.runIf(process.platform !== 'win32')('a deb822 file: the enabled stanza of the suite itself', () => {
  writeFileSync(path.join(folder, 'sources.list.d/debian.sources'), DEB822);
  expect(debianSource()).toEqual(['http://two.test/debian', '/keys/main.gpg']);
});

test.runIf(process.platform !== 'win32')('an old sources.list, with options and without', () => {
  const list = path.join(folder, 'sources.list');
  writeFileSync(
    list,
    '# deb http://no.test bookworm main\ndeb http://s.test bookworm-security main\ndeb http://a.test/debian bookworm main\n',
  );
  expect(debianSource()).toEqual(['http://a.test/debian', '']);
  writeFileSync(list, 'deb [arch=amd64 signed-by=/keys/k.gpg] http://b.test/debian bookworm main contrib\n');
  expect(debianSource()).toEqual(['http://b.test/debian', '/keys/k.gpg']);
});

test.runIf(process.platform !== 'win32')('no source of the suite: nothing', () => {
  writeFileSync(path.join(folder, 'sources.list'), 'deb http://s.test bookworm-security main\n');
  expect(debianSource()).toEqual(['']);
});
