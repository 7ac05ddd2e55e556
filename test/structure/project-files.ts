import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));

/** Paths below `folder`, relative to the project and with `/`. */
export function listFiles(folder: string, pattern: RegExp): string[] {
  return readdirSync(join(PROJECT, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && pattern.test(entry.name))
    .map((entry) => relative(PROJECT, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort();
}

export function readText(file: string): string {
  return readFileSync(pathOf(file), 'utf8');
}

export function pathOf(file: string): string {
  return join(PROJECT, file);
}

/** One line for each breach, as an editor opens it. */
export function asLines(breaches: readonly { file: string; line: number; what: string }[]): string {
  return breaches.map(({ file, line, what }) => `${file}:${line} ${what}`).join('\n');
}
