// Programs of this machine.
import { accessSync, constants } from 'node:fs';
import { delimiter } from 'node:path';

export const foldersOf = (path = ''): string[] => path.split(delimiter).filter((folder) => folder !== '');

/** The first of the paths that this process may execute; null: none. */
export const findExecutable = (paths: string[]): string | null => paths.find(isExecutable) ?? null;

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
