// The project's source files and what they import, for the tests of the house rules.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

export const ROOT = path.resolve(import.meta.dirname, '../..');

export interface Source {
  /** From the root, with `/`: `src/lib/error.ts`. */
  readonly file: string;
  readonly text: string;
}

/** All files below a folder of the project whose name ends in one of `endings`, but for installed packages; none where there is no such folder. */
export function sources(folder: string, endings: readonly string[]): Source[] {
  if (!existsSync(path.join(ROOT, folder))) return [];
  return readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter(name => endings.some(ending => name.endsWith(ending)) && !name.split(path.sep).includes('node_modules'))
    .map(name => path.posix.join(folder, name.split(path.sep).join('/')))
    .sort()
    .map(file => ({ file, text: readFileSync(path.join(ROOT, file), 'utf8') }));
}

export interface Import {
  /** As written: `../lib/error.ts`, `react`. */
  readonly target: string;
  /** Only types are imported, so nothing is left of it in the build. */
  readonly typeOnly: boolean;
  /** `new URL(target, import.meta.url)`: a file is named, not imported. */
  readonly named: boolean;
  /** `import(target)`: loaded when the line is reached. */
  readonly dynamic: boolean;
  /** Counted from 1. */
  readonly line: number;
}

const FORMS =
  /\b(?:import|export)\b([^'"`;=()]*?)\bfrom\s*['"]([^'"]+)['"]|\bimport\s*\(?\s*['"]([^'"]+)['"]|\bimport\.meta\.glob[^(]*\(\s*['"]([^'"]+)['"]|\bnew URL\(\s*['"]([^'"]+)['"]\s*,\s*import\.meta\.url/g;

function isTypeOnly(clause: string): boolean {
  if (/^\s*type\b/.test(clause)) return true;
  const names = /^\s*\{([^}]*)\}\s*$/
    .exec(clause)?.[1]
    ?.split(',')
    .map(name => name.trim())
    .filter(name => name !== '');
  return names !== undefined && names.length > 0 && names.every(name => name.startsWith('type '));
}

/** Every import, re-export, dynamic import, glob and URL of a file. Comments are blanked first. */
export function importsOf(text: string): Import[] {
  const code = text.replaceAll(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm, comment => comment.replaceAll(/[^\n]/g, ' '));
  return [...code.matchAll(FORMS)].map(match => ({
    target: match[2] ?? match[3] ?? match[4] ?? match[5] ?? '',
    typeOnly: match[1] !== undefined && isTypeOnly(match[1]),
    named: match[5] !== undefined,
    dynamic: /^import\s*\(/.test(match[0]),
    line: code.slice(0, match.index).split('\n').length,
  }));
}
