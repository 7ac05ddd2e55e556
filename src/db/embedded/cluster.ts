// The data folder of the embedded server: made whole or not at all, with the server's password inside.
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EmbeddedPostgresError, PROGRAM_ENVIRONMENT } from './identity.ts';
import type { Place } from './place.ts';
import { isAlive } from './postmaster.ts';

/** The owner of the server, for ourselves, and the product's own role, which owns nothing but its database. */
export const OWNER = 'postgres';
export const ROLE = 'apim_user';
export const DATABASE = 'apim_user';

const INITDB_MS = 120_000;
const PASSWORD_FILE = 'apim-user.password';

/** Makes the data folder when there is none. Two processes may do so at once: one folder wins, whole. */
export async function prepareCluster(place: Place, isDurable: boolean): Promise<{ password: string }> {
  await removeAbandoned(place);
  const version = await readFile(join(place.data, 'PG_VERSION'), 'utf8').catch(notFound);
  if (version === null) await makeCluster(place, isDurable);
  else if (version.trim() !== place.binaries.majorVersion) {
    throw new EmbeddedPostgresError(
      `its data in ${place.data} was made by Postgres ${version.trim()}, and this is ${place.binaries.majorVersion}. ` +
        'Dump it with the former version of apim-user, or move it away to start again',
    );
  }
  const password = await readFile(join(place.data, PASSWORD_FILE), 'utf8').catch(notFound);
  if (!password) throw new EmbeddedPostgresError(`${PASSWORD_FILE} is missing in ${place.data}`);
  return { password };
}

function notFound(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null;
  throw new EmbeddedPostgresError(`its data can't be read (${error.code}); it may belong to another user`);
}

async function makeCluster(place: Place, isDurable: boolean): Promise<void> {
  const password = randomBytes(24).toString('base64url');
  const nonce = randomBytes(4).toString('hex');
  const aside = join(place.home, `postgres.new-${process.pid}-${nonce}`);
  const passwordFile = `${aside}.password`;
  try {
    await mkdir(aside, { mode: 0o700 });
    await writeFile(passwordFile, password, { mode: 0o600 });
    await giveTo(place, aside, passwordFile);
    await runProgram(place, place.binaries.initdb, [
      ...['-D', aside, '-U', OWNER, '-A', 'scram-sha-256', `--pwfile=${passwordFile}`],
      ...['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'],
      ...(isDurable ? [] : ['--no-sync']),
      '--no-instructions',
    ]);
    await runProgram(
      place,
      place.binaries.postgres,
      ['--single', ...(isDurable ? [] : ['-F']), '-D', aside, 'postgres'],
      // CREATEDB lets tests clone their template with the rights that the product has.
      `create role ${ROLE} login createdb password '${password}'\ncreate database ${DATABASE} owner ${ROLE}\n`,
    );
    await rename(passwordFile, join(aside, PASSWORD_FILE));
    await rename(aside, place.data);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // Another process has made the folder meanwhile.
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST' && code !== 'EPERM') throw error;
  } finally {
    await rm(passwordFile, { force: true });
    await rm(aside, { recursive: true, force: true });
  }
}

async function giveTo(place: Place, ...paths: string[]): Promise<void> {
  if (place.identity) for (const path of paths) await chown(path, place.identity.uid, place.identity.gid);
}

/** Removes the half-made folders of killed processes. If an initdb still writes to one, the next start removes it. */
async function removeAbandoned(place: Place): Promise<void> {
  for (const name of await readdir(place.home)) {
    const pid = Number(/^postgres\.new-(\d+)-/.exec(name)?.[1]);
    if (pid && !isAlive(pid))
      await rm(join(place.home, name), { recursive: true, force: true }).catch(() => {});
  }
}

function runProgram(place: Place, path: string, args: string[], input = ''): Promise<void> {
  const options = { ...place.identity, ...PROGRAM_ENVIRONMENT, cwd: place.home, timeout: INITDB_MS };
  return new Promise((done, failed) => {
    const child = execFile(path, args, options, (error, _stdout, stderr) => {
      const lines = stderr.trim().split('\n');
      const trouble = lines.find((line) => /\b(ERROR|FATAL|PANIC|error|could not .*):/.test(line));
      if (!error && !trouble) return done();
      // The program gets the password by standard input or file, so neither its arguments nor its output contain it.
      const why = trouble ?? (lines.at(-1) || error?.message);
      failed(new EmbeddedPostgresError(`its data folder could not be made (${why}${hint(why)})`));
    });
    child.stdin?.on('error', () => {}).end(input);
  });
}

/** Explains the message of a container whose user id has no name. */
function hint(why = ''): string {
  return why.includes('user does not exist')
    ? '; run as a user that /etc/passwd has, or set DATABASE_URL to a Postgres of your own'
    : '';
}
