// The folder of Lua files that a gateway loads.
import { chmod, copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { luaTables } from './tables.ts';

/** Only its owner and root may enter it: who writes to a socket in there decides which calls pass. */
const OWNERS_ONLY = 0o700;
const FILES = ['may-call.lua', 'haproxy.lua', 'nginx.lua'];

/** Makes the folder, or renews the files in it. */
export async function prepareLuaFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await chmod(folder, OWNERS_ONLY);
  for (const file of FILES) await copyFile(new URL(file, import.meta.url), join(folder, file));
  await writeFile(join(folder, 'tables.lua'), luaTables());
}
