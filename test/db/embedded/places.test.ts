import {
  chmod,
  chown,
  mkdir,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import {
  ask,
  type Client,
  type Clone,
  isRunning,
  makeClone,
  readNote,
  resetClone,
  startClient,
} from '../../support/embedded-clients.ts';
import { eventually } from '../../support/eventually.ts';

const isRoot = process.getuid?.() === 0;
/** An ordinary user on every Debian. */
const SOMEBODY = { uid: 1, gid: 1 };
const UNNAMED = { uid: 4_321, gid: 4_321 };
const OUTSIDE = '/var/lib';

// Real processes and real disks: slow on a busy machine.
describe('the files of the embedded Postgres', { timeout: 120_000 }, () => {
  let clone: Clone;
  let clients: Client[] = [];
  let hadCopy: boolean;

  const start = async (options?: Parameters<typeof startClient>[1]): Promise<Client> => {
    const client = await startClient(clone, options);
    clients.push(client);
    return client;
  };
  const outside = async () => (isRoot ? readdir(OUTSIDE) : []);
  const isCopy = (name: string) => name.startsWith('apim-user-postgres-');

  beforeAll(async () => {
    hadCopy = (await outside()).some(isCopy);
    clone = await makeClone();
  });

  beforeEach(() => resetClone(clone));

  afterEach(async () => {
    await Promise.all(clients.map((client) => client.leave()));
    clients = [];
  });

  afterAll(async () => {
    await clone.remove();
    for (const name of hadCopy ? [] : (await outside()).filter(isCopy))
      await rm(join(OUTSIDE, name), { recursive: true });
  });

  test.runIf(isRoot)(
    'are outside the folder when root runs it in a folder that only root can enter, and are found there again',
    async () => {
      await chmod(clone.folder, 0o700);
      const first = await start();
      expect(first.failure).toBeUndefined();
      const { data, pid } = await readNote(clone);
      expect(data.startsWith(clone.folder)).toBe(false);
      onTestFinished(() => rm(dirname(data), { recursive: true }));
      expect(first.said.join('\n')).toContain(dirname(data));
      await ask(first, 'create table kept (word text)');
      expect(await first.leave()).toBe(true);
      expect(await isRunning(pid)).toBe(false);
      await rm(join(clone.dataDir, 'postgres.json'));
      const second = await start();
      expect(await ask(second, 'select * from kept')).toEqual([]);
      expect(second.said).toEqual([]);
    },
  );

  test.runIf(isRoot)('stay in a DATA_DIR of mode 0700 when root runs it', async () => {
    await chmod(clone.dataDir, 0o700);
    const client = await start();
    expect(client.failure).toBeUndefined();
    expect((await readNote(clone)).data).toBe(join(await realpath(clone.dataDir), 'postgres'));
    expect((await stat(clone.dataDir)).mode & 0o777).toBe(0o701);
  });

  test.runIf(isRoot)(
    'stay in the folder of an ordinary user when root runs it there, and Postgres runs as that user',
    async () => {
      for (const path of [clone.folder, clone.dataDir]) await chown(path, SOMEBODY.uid, SOMEBODY.gid);
      await chmod(clone.folder, 0o700);
      const client = await start();
      expect(client.failure).toBeUndefined();
      const { data, pid } = await readNote(clone);
      expect(data).toBe(join(await realpath(clone.dataDir), 'postgres'));
      expect((await stat(`/proc/${pid}`)).uid).toBe(SOMEBODY.uid);
    },
  );

  test.runIf(isRoot)(
    'are copied for an ordinary user whose node_modules only root can write, and root can go on with the data',
    async () => {
      await chown(clone.dataDir, SOMEBODY.uid, SOMEBODY.gid);
      const theirs = await start(SOMEBODY);
      expect(theirs.failure).toBeUndefined();
      expect(theirs.said.join('\n')).toContain(clone.dataDir);
      await ask(theirs, 'create table kept (word text)');
      await theirs.leave();
      const roots = await start();
      expect(await ask(roots, 'select * from kept')).toEqual([]);
    },
  );

  test.runIf(isRoot)(
    'cause an error that says so when a chmod locked the data, and not a new empty database',
    async () => {
      await (await start()).leave();
      await chmod(clone.folder, 0o700);
      const client = await start();
      expect(client.failure).toMatch(/can't enter .*data.*chmod/);
    },
  );

  test.runIf(isRoot)(
    'cause an error that says so when they belong to another user and can’t be read',
    async () => {
      await (await start()).leave();
      await chmod(clone.dataDir, 0o777);
      const client = await start(SOMEBODY);
      expect(client.failure).toContain('may belong to another user');
    },
  );

  test.runIf(isRoot)('cause an error that says what to do for a user id without a name', async () => {
    await chown(clone.dataDir, UNNAMED.uid, UNNAMED.gid);
    expect((await start(UNNAMED)).failure).toMatch(/user does not exist.*DATABASE_URL/);
    expect((await start()).failure).toBeUndefined();
  });

  test('are used by the user of this test, and missing library links are made', async () => {
    const client = await start();
    expect(client.failure).toBeUndefined();
    const { data } = await readNote(clone);
    expect(data).toBe(join(await realpath(clone.dataDir), 'postgres'));
    expect((await stat(data)).mode & 0o077).toBe(0);
  });

  test('are not taken for a data folder when the process that made them was killed', async () => {
    for (const afterMs of [150, 400, 700]) {
      const starting = start().catch(() => null);
      await new Promise((next) => setTimeout(next, afterMs));
      clients.at(-1)?.process.kill('SIGKILL');
      await starting;
      await Promise.all(clients.map((client) => client.kill()));
      clients = [];
    }
    const client = await start();
    expect(client.failure).toBeUndefined();
    expect(await ask(client, 'select 1 as one')).toEqual([{ one: 1 }]);
    await client.leave();
    await eventually('the half-made folders to be gone', async () => {
      await (await start()).leave();
      return !(await readdir(clone.dataDir)).some((name) => name.includes('.new-'));
    });
  });

  test('are refused by name and left alone when the data is of another Postgres version', async () => {
    await (await start()).leave();
    const version = join((await readNote(clone)).data, 'PG_VERSION');
    await writeFile(version, '17\n');
    expect((await start()).failure).toContain('was made by Postgres 17');
    expect(await readFile(version, 'utf8')).toBe('17\n');
  });

  test('lead to an error that names DATABASE_URL when the platform has no programs', async () => {
    onTestFinished(async () => {
      await rm(join(clone.folder, 'node_modules'), { recursive: true });
      await rename(join(clone.folder, 'elsewhere'), join(clone.folder, 'node_modules'));
    });
    await rename(join(clone.folder, 'node_modules'), join(clone.folder, 'elsewhere'));
    await mkdir(join(clone.folder, 'node_modules'));
    expect((await start()).failure).toMatch(/not installed.*DATABASE_URL/);
  });
});
