// Where the embedded server's data is, and what is needed to run it there.
import { createHash } from 'node:crypto';
import { chmod, mkdir, realpath, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Binaries, findBinaries, rootFolder } from './binaries.ts';
import { canEnter, chooseIdentity, EmbeddedPostgresError, type Identity } from './identity.ts';

export type Place = {
  identity: Identity;
  binaries: Binaries;
  /** The folder that holds the data folder. */
  home: string;
  data: string;
  /** `postgres.json`: where others find the server. */
  note: string;
};

/**
 * The data is in DATA_DIR, or, where the user that runs the server can't get there, in a folder outside whose name is
 * made from the path of DATA_DIR, so that every process finds the same one.
 */
export async function findPlace(dataDir: string, say: (message: string) => void): Promise<Place> {
  await mkdir(dataDir, { recursive: true });
  const folder = await realpath(dataDir);
  const inside = join(folder, 'postgres');
  const identity = await chooseIdentity([inside, folder]);
  const binaries = await findBinaries(folder, identity, say);
  const place = (home: string): Place => ({
    identity,
    binaries,
    home,
    data: join(home, 'postgres'),
    note: join(folder, 'postgres.json'),
  });
  const isReachable = (await canEnter(identity, folder)) || (await letPassThrough(folder, identity));
  if (await exists(inside)) {
    if (isReachable) return place(folder);
    throw new EmbeddedPostgresError(
      `the user that runs it (uid ${identity?.uid}) can't enter ${folder}, where its data is. ` +
        'Open the folders above to that user (chmod o+x) or set DATA_DIR to where the data can be reached',
    );
  }
  if (isReachable) return place(folder);
  const name = createHash('sha256').update(folder).digest('hex').slice(0, 12);
  const outside = await rootFolder(`apim-user-${name}`);
  if (!(await canEnter(identity, outside)))
    throw new EmbeddedPostgresError(`the user that runs it (uid ${identity?.uid}) can't enter ${outside}`);
  if (!(await exists(join(outside, 'postgres'))))
    say(`The embedded Postgres can't reach ${folder} as an ordinary user: its data is in ${outside}.`);
  return place(outside);
}

/**
 * Lets other users pass through DATA_DIR, our own folder, if only its mode is in the way. They still can't list it, and
 * secret files in it have their own mode.
 */
async function letPassThrough(folder: string, identity: Identity): Promise<boolean> {
  const { uid, mode } = await stat(folder);
  if (uid !== 0 || !(await canEnter(identity, dirname(folder)))) return false;
  await chmod(folder, (mode & 0o7777) | 0o001);
  return canEnter(identity, folder);
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null)) !== null;
}
