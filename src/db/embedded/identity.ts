// Who runs the embedded server. Postgres refuses to run as root, and people run us as root in containers.
import { execFile } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The user to run as; undefined for our own. */
export type Identity = { uid: number; gid: number } | undefined;

/** The embedded server can't run. The message says why and what to do, and holds no secret. */
export class EmbeddedPostgresError extends Error {
  override name = 'EmbeddedPostgresError';
  /** As of the operating system, when a full disk is why. */
  readonly code: 'ENOSPC' | null;

  constructor(why: string, options?: ErrorOptions) {
    super(`The embedded Postgres can't be started: ${why}.`, options);
    this.code = /no space left/i.test(why) ? 'ENOSPC' : null;
  }
}

/** Programs get this and nothing else of our environment: LANG may be unset or name a locale that is not there. */
export const PROGRAM_ENVIRONMENT =
  process.platform === 'win32' ? {} : { env: { LC_ALL: 'C', PATH: '/usr/bin:/bin:/usr/sbin:/sbin' } };

/**
 * Chooses the owner of the data, or of its folder; for root's own data the user `nobody`. Only users with a name, because
 * initdb refuses others.
 */
export async function chooseIdentity(owners: readonly string[]): Promise<Identity> {
  if (process.getuid?.() !== 0) return undefined;
  const users = (await readFile('/etc/passwd', 'utf8').catch(() => ''))
    .split('\n')
    .map((line) => line.split(':'))
    .map(([name, , uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) }))
    .filter(({ uid, gid }) => uid > 0 && gid > 0);
  for (const path of owners) {
    const owner = await stat(path).catch(() => null);
    if (owner && users.some(({ uid }) => uid === owner.uid)) return { uid: owner.uid, gid: owner.gid };
  }
  const user = users.find(({ name }) => name === 'nobody') ?? users[0];
  if (!user) throw new EmbeddedPostgresError('it refuses to run as root, and there is no other user here');
  return { uid: user.uid, gid: user.gid };
}

/** Tries to enter, because groups, access lists and mounts decide too. */
export async function canEnter(identity: Identity, folder: string): Promise<boolean> {
  if (!identity) return true;
  try {
    await run('/bin/sh', ['-c', 'cd "$1"', 'sh', folder], { ...identity, ...PROGRAM_ENVIRONMENT, cwd: '/' });
    return true;
  } catch {
    return false;
  }
}
