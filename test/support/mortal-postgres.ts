// A Postgres of a test's own, to be killed and started again at the same address.
import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findPlace } from '../../src/db/embedded/place.ts';
import {
  choosePort,
  findPostmaster,
  lastComplaint,
  startPostmaster,
  stopPostmaster,
} from '../../src/db/embedded/postmaster.ts';
import { startEmbeddedPostgres } from '../../src/db/embedded/server.ts';
import { eventually } from './eventually.ts';

/**
 * Tests kill processes, not machines, so no write needs to wait for the disk. The log stays small, because chaos has it on
 * a disk of 500 MB.
 */
const SETTINGS = ['fsync=off', 'full_page_writes=off', 'max_wal_size=128MB'];
const START_MS = 60_000;

/** Its data are below `parent`. */
export async function startMortalPostgres(parent = tmpdir()) {
  const dataDir = await mkdtemp(join(parent, 'apim-user-mortal-'));
  await chmod(dataDir, 0o755);
  const first = await startEmbeddedPostgres({ dataDir, settings: SETTINGS });
  await first.release();
  const place = await findPlace(dataDir, () => {});
  const port = Number(new URL(first.url).port);
  const start = () =>
    // Processes of a killed server may still hold its memory, so a start may need several tries.
    eventually(
      'Postgres to be there',
      () => startPostmaster(place, { port, settings: SETTINGS, timeoutMs: START_MS }),
      START_MS,
    );
  await start();
  return {
    url: first.url,
    data: place.data,
    start,
    /** SIGKILL is a crash, SIGQUIT a crash that tells its clients, SIGINT an orderly stop that waits for no client. */
    async kill(signal: 'SIGKILL' | 'SIGQUIT' | 'SIGINT'): Promise<void> {
      const postmaster = await findPostmaster(place.data);
      if (!postmaster) throw new Error('Postgres is not there');
      process.kill(postmaster.pid, signal);
      await eventually('Postgres to be gone', async () => !(await findPostmaster(place.data)));
    },
    /** A hot standby as of now, which follows nothing. To be called while Postgres is stopped. */
    async startStandby(): Promise<{ port: number; close(): Promise<void> }> {
      const data = `${place.data}-standby`;
      await promisify(execFile)('cp', ['-a', place.data, data]);
      await promisify(execFile)('cp', ['-p', join(data, 'PG_VERSION'), join(data, 'standby.signal')]);
      const home = await mkdtemp(join(tmpdir(), 'apim-user-standby-'));
      const aside = { ...place, data, home };
      const own = { port: await choosePort(0), settings: SETTINGS, timeoutMs: START_MS };
      const started = await startPostmaster(aside, own);
      if (!started) throw new Error(await lastComplaint(aside));
      return {
        port: own.port,
        async close() {
          await stopPostmaster(aside, started.pid);
          for (const folder of [data, home]) await rm(folder, { recursive: true, force: true });
        },
      };
    },
    async close(): Promise<void> {
      const postmaster = await findPostmaster(place.data);
      if (postmaster) await stopPostmaster(place, postmaster.pid);
      for (const folder of [dataDir, place.home]) await rm(folder, { recursive: true, force: true });
    },
  };
}
