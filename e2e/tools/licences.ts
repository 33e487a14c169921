// The licences of all that the build bundles, as one file beside the page: read from the packages themselves while it is built.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Plugin } from 'vite';

export const LICENCES_FILE = 'licences.txt';

const ROOT = path.join(import.meta.dirname, '../..');
/** Helpers that the bundler writes into its output, by the beginning of their ids. */
const HELPERS: readonly (readonly [string, string])[] = [
  ['\0vite/', 'vite'],
  ['\0rolldown/', 'rolldown'],
];

/** The package that a module is part of; null for our own. */
export function packageOf(moduleId: string): string | null {
  const helper = HELPERS.find(([begins]) => moduleId.startsWith(begins));
  if (helper !== undefined) return helper[1];
  const [, name] = /^.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(moduleId.replaceAll('\\', '/')) ?? [];
  return name ?? null;
}

/** Without the licences of what a bundler is itself bundled of: that stays with us. */
const ownPart = (text: string): string => text.split(/^# Licenses? of bundled dependencies/im)[0] ?? text;

/** Name, version, licence and its text. @throws where a package brings no text: then it may not be given on. */
function licenceOf(name: string): string {
  const folder = path.join(ROOT, 'node_modules', name);
  const { version, license }: { version: string; license?: string } = JSON.parse(
    readFileSync(path.join(folder, 'package.json'), 'utf8'),
  );
  const files = readdirSync(folder).filter(file => /^(?:licen[cs]e|copying|notice)(?:[.-]|$)/i.test(file));
  if (files.length === 0) throw new Error(`${name} is bundled and brings no text of its licence`);
  const texts = files.toSorted().map(file => ownPart(readFileSync(path.join(folder, file), 'utf8')).trim());
  return [`${name} ${version} (${license?.replace(/^\((.*)\)$/, '$1') ?? 'see below'})`, ...texts].join('\n\n');
}

/** Our own licence, then that of each package, by name. */
export function licencesText(packages: Iterable<string>): string {
  const own = `Nucleus\n\n${readFileSync(path.join(ROOT, 'LICENSE'), 'utf8').trim()}`;
  const parts = [own, ...[...new Set(packages)].toSorted().map(licenceOf)];
  return `${parts.join(`\n\n${'-'.repeat(80)}\n\n`)}\n`;
}

/** Notes the packages of a bundle: of the page with its workers, or of the service worker. */
export function bundledPackages(found: Set<string>): Plugin {
  return {
    name: 'bundled-packages',
    generateBundle(_, bundle) {
      for (const file of Object.values(bundle)) {
        if (file.type !== 'chunk') continue;
        for (const id of file.moduleIds) {
          const name = packageOf(id);
          if (name !== null) found.add(name);
        }
      }
    },
  };
}
