// The az of this machine, Azure's own command line, in a configuration of the test's own.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { findExecutable } from './executables.ts';

export const HOW_TO_GET_AZ =
  'No az was found, so the tests with a real one are skipped. Install it (Debian, Ubuntu: `apt-get install --no-install-recommends azure-cli`).';

/** Debian's, whose parts the Python of the machine can load; Microsoft's own package brings another Python. */
export const findAz = (): string | null =>
  existsSync('/usr/lib/python3/dist-packages/azure/cli') ? findExecutable(['/usr/bin/az']) : null;

/** Runs commands in one process, because each start of az costs half a second. */
const MANY = `
import io, json, os, sys, tempfile
answers, sys.stdout = sys.stdout, sys.stderr
errors = tempfile.TemporaryFile()
os.dup2(errors.fileno(), 2)
from azure.cli.core import get_default_cli
for line in sys.stdin:
    errors.truncate(0)
    errors.seek(0)
    out, cli = io.StringIO(), get_default_cli()
    try:
        code = cli.invoke(json.loads(line), out_file=out)
    except SystemExit as end:
        code = end.code
    sys.stderr.flush()
    errors.seek(0)
    err = errors.read().decode()
    print(json.dumps({'code': code, 'out': out.getvalue(), 'err': err}), file=answers, flush=True)
`;

type Ended = { code: number; out: string; err: string };

/** `certFile` is what az trusts. */
export async function startAz(path: string, certFile: string) {
  const folder = await mkdtemp(join(tmpdir(), 'apim-user-az-'));
  const env = {
    ...{ PATH: process.env.PATH ?? '', HOME: folder, AZURE_CONFIG_DIR: folder, REQUESTS_CA_BUNDLE: certFile },
    ...{ NO_PROXY: 'localhost', AZURE_CORE_COLLECT_TELEMETRY: 'false', AZURE_CORE_NO_COLOR: 'true' },
    AZURE_CORE_ONLY_SHOW_ERRORS: 'true',
  };
  const python = spawn('/usr/bin/python3', ['-c', MANY], { env, stdio: ['pipe', 'pipe', 'ignore'] });
  const lines = createInterface({ input: python.stdout });
  return {
    /** Its own, for files that commands read. */
    folder,
    /** One command, as a person types it. */
    real: (...words: string[]): Promise<Ended> =>
      promisify(execFile)(path, words, { env }).then(
        ({ stdout, stderr }) => ({ code: 0, out: stdout, err: stderr }),
        ({ code, stdout, stderr }) => ({ code, out: stdout, err: stderr }),
      ),
    /** One command, in the process of all. */
    async run(...words: string[]): Promise<Ended> {
      python.stdin.write(`${JSON.stringify(words)}\n`);
      const [line] = (await once(lines, 'line')) as [string];
      return JSON.parse(line) as Ended;
    },
    async close() {
      python.kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
