import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder that goes with everything in it. Other users may enter it: Postgres may run as one of them. */
export async function temporaryFolder(name: string) {
  const path = await mkdtemp(join(tmpdir(), `apim-user-${name}-`));
  await chmod(path, 0o755);
  return { path, close: () => rm(path, { recursive: true, force: true }) };
}
