// npm run gateway: the agent beside an HAProxy or an nginx, and the configuration that this needs.
import { resolve } from 'node:path';
import { createAgent } from '../gateway/agent/agent.ts';
import { createHttpSource } from '../gateway/follow/http-source.ts';
import { createHaproxyCarrier } from '../gateway/haproxy/carrier.ts';
import { haproxyConfig, prepareHaproxyFolder, socketIn } from '../gateway/haproxy/config.ts';
import { prepareLuaFolder } from '../gateway/lua/folder.ts';
import { createNginxCarrier } from '../gateway/nginx/carrier.ts';
import { nginxConfig, nginxSocket } from '../gateway/nginx/config.ts';
import type { Carrier } from '../gateway/pushed/carrier.ts';
import { createLog } from '../log.ts';
import { readAgentSettings, readDataDir } from '../settings/settings.ts';
import { EXIT, print, printError, readArguments, runProgram, UsageError } from './program.ts';

const HELP = `Runs beside an HAProxy or an nginx, which then decides by itself whether a call may pass:

  npm run -s gateway -- haproxy|nginx --print-config [--keys N] [--folder FOLDER] > FILE
  npm run gateway -- haproxy|nginx [--folder FOLDER]

The first line prints a configuration, and puts the files that it names into the folder. Run it again after an upgrade,
and reload the gateway. The second line runs the agent: it follows a server of apim-user, feeds the gateway, and hands on
what the gateway has counted. It tries again for as long as it takes. When it ends, the gateway refuses calls with 503
after two seconds.

  --folder   where the gateway and the agent meet; only their user may enter it. DATA_DIR/haproxy or DATA_DIR/nginx
  --keys     how many keys must fit into the memory of nginx. 100000

Settings: GATEWAY_FOLLOW_SECRET, the same as the server has. GATEWAY_SOURCE_URL, where the server is: http://127.0.0.1
with INTERNAL_PORT, or PORT. GATEWAY_STALE_SECONDS, how long the gateway may go on while no server can be reached: 0.
GATEWAY_SOCKET, if the gateway's socket is outside the folder.

Exit code: 0 it was told to end; 64 this help; 78 settings.
`;
const OPTIONS = {
  'print-config': { type: 'boolean' },
  folder: { type: 'string' },
  keys: { type: 'string' },
} as const;
const KEYS = '100000';
const MAX_KEYS = 100_000_000;

type Fed = { folder: string; socketPath: string; warn(message: string): void };
type Gateway = {
  socketIn(folder: string): string;
  /** Prints the configuration, and makes the folder that it names. */
  config(options: { folder: string; keys: number }): Promise<string>;
  carrier(options: Fed): Carrier;
};
const GATEWAYS: Readonly<Record<string, Gateway>> = {
  haproxy: {
    socketIn,
    config: async ({ folder }) => haproxyConfig({ folder, peerName: await prepareHaproxyFolder(folder) }),
    carrier: createHaproxyCarrier,
  },
  nginx: {
    socketIn: nginxSocket,
    async config(options) {
      await prepareLuaFolder(options.folder);
      return nginxConfig(options);
    },
    carrier: createNginxCarrier,
  },
};

async function main(args: string[]): Promise<number> {
  const { values, positionals } = readArguments(args, OPTIONS);
  const [kind = '', ...more] = positionals;
  const gateway = Object.hasOwn(GATEWAYS, kind) ? GATEWAYS[kind] : undefined;
  if (!gateway || more.length > 0) throw new UsageError(HELP);
  if (!values['print-config']) {
    if (values.keys) throw new UsageError('--keys goes with --print-config.');
    return run(gateway, kind, values.folder);
  }
  const keys = Number(values.keys ?? KEYS);
  if (!Number.isSafeInteger(keys) || keys < 1 || keys > MAX_KEYS)
    throw new UsageError('--keys is a number of keys, such as 100000.');
  const folder = resolve(values.folder ?? folderIn(readDataDir(), kind));
  await print(await gateway.config({ folder, keys }));
  printError(`The files that it names are in ${folder}.`);
  return EXIT.ok;
}

const folderIn = (dataDir: string, kind: string) => `${dataDir}/${kind}`;

async function run(gateway: Gateway, kind: string, ownFolder: string | undefined): Promise<number> {
  const settings = readAgentSettings();
  const folder = resolve(ownFolder ?? folderIn(settings.dataDir, kind));
  const log = createLog(settings.logLevel);
  const socketPath = settings.socket ?? gateway.socketIn(folder);
  const agent = createAgent({
    source: createHttpSource({ url: settings.sourceUrl, secret: settings.secret }),
    carrier: gateway.carrier({ folder, socketPath, warn: (problem) => log.warn({ problem }, 'gateway') }),
    log,
    staleSeconds: settings.staleSeconds,
  });
  const told = new Promise<void>((end) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => end());
  });
  log.info({ gateway: kind, source: settings.sourceUrl, socket: socketPath }, 'agent started');
  agent.start();
  await told;
  await agent.stop();
  log.info('agent ended');
  return EXIT.ok;
}

await runProgram(HELP, main);
// Connections that hang keep no one waiting.
process.exit();
