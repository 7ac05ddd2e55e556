// A service of Azure for a person to try the mirror with: a second product behind the stand-in for Resource Manager.
//   node --import tsx test/support/arm-stand-in-main.ts [--port 8443] [--users 10000] [--data-dir FOLDER]
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { type RunningApp, startApp } from '../../src/app.ts';
import { createStops, type Dependencies, openDependencies } from '../../src/dependencies.ts';
import { createLog } from '../../src/log.ts';
import { DEFAULT_PLACE } from '../../src/management/address.ts';
import { createToken } from '../../src/operations/tokens/create.ts';
import { ADMIN, TEAM } from '../../src/playground/workspace/people.ts';
import { sealText } from '../../src/security/sealed-text.ts';
import { readSettings } from '../../src/settings/settings.ts';
import { fillAccounts } from '../bench/fill.ts';
import { fillCatalog, fillKeys } from '../bench/gateway-fill.ts';
import { type ArmStandIn, startArmStandIn } from './arm-stand-in.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { NO_PEOPLE } from './test-settings.ts';

const SERVICE = 'contoso';
const BASE = `/subscriptions/${DEFAULT_PLACE.subscriptionId}/resourceGroups/${DEFAULT_PLACE.resourceGroup}/providers/Microsoft.ApiManagement/service/${SERVICE}`;
const TOKENS = 8;
const COMMANDS = `Commands: down [SECONDS], up, lag MS, latency MS, limits FACTOR, 429 TIMES, well, seen, events URL,
get PATH, put PATH {"properties":{…}}, patch PATH {…}, delete PATH (as a person in Azure's portal), quit`;

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '8443' },
    users: { type: 'string', default: '100' },
    'data-dir': { type: 'string' },
  },
});
const log = createLog('error');
const { atStop, stop } = createStops((error) => log.error({ err: error }, 'stopping failed'));
const say = (text: string) => process.stdout.write(`${text}\n`);

async function start(): Promise<ArmStandIn> {
  const folder = await temporaryFolder('arm');
  atStop(folder.close);
  const arm = await startArmStandIn({ base: BASE, port: Number(values.port), seed: Date.now() });
  atStop(arm.close);
  const settings = readSettings({
    PUBLIC_URL: arm.url,
    PORT: '0',
    SERVICE_NAME: SERVICE,
    DATA_DIR: values['data-dir'] ?? join(folder.path, 'data'),
    SECOND_OPERATOR_FOR: 'none',
    LOG_LEVEL: 'error',
  });
  const app: RunningApp = await startApp(settings, log, { print: say });
  atStop(app.stop);
  const dependencies = await openDependencies(settings, {
    people: NO_PEOPLE,
    publicUrl: () => arm.url,
    poolSize: 2,
    isBesideServer: true,
    atStop,
  });
  await fill(dependencies, Number(values.users));
  arm.serve(app.localUrl, await tokensFor(dependencies));
  const token = `eyJ.${crypto.randomUUID()}`;
  arm.admit(token, 'apim-user@contoso.example');
  const tokenFile = join(folder.path, 'token');
  await writeFile(tokenFile, `${token}\n`, { mode: 0o600 });
  say(`
AZURE_API_MANAGEMENT=${BASE}
AZURE_RESOURCE_MANAGER=${arm.url}
AZURE_TOKEN_FILE=${tokenFile}
NODE_EXTRA_CA_CERTS=${arm.certificate.certFile}

The product that answers: ${app.localUrl}/playground
${COMMANDS}`);
  return arm;
}

/** With keys that can be read again. */
async function fill({ sql, serviceId, keyring }: Dependencies, users: number): Promise<void> {
  await fillAccounts(sql, serviceId, users);
  await fillCatalog(sql, serviceId);
  await fillKeys(sql, serviceId, users, randomBytes, (purpose, key) =>
    sealText(keyring, purpose, key, randomBytes),
  );
}

async function tokensFor({ contextOf }: Dependencies): Promise<string[]> {
  const context = contextOf({ kind: 'console', name: 'Stand-in' });
  const program = {
    role: 'admin' as const,
    grants: ['list-secrets' as const],
    teamId: TEAM.id,
    userId: ADMIN,
  };
  const tokens: string[] = [];
  for (let one = 0; one < TOKENS; one++)
    tokens.push((await createToken(context, { ...program, name: `azure ${one}` })).token);
  return tokens;
}

async function obey(arm: ArmStandIn, line: string): Promise<unknown> {
  const [command = '', first, ...rest] = line.trim().split(' ');
  const portal = arm.asPortal('pat@contoso.example');
  const properties = () => JSON.parse(rest.join(' ') || '{}').properties ?? {};
  const path = first ?? '';
  switch (command) {
    case 'down':
      return arm.down(first === undefined ? undefined : Number(first) * 1_000);
    case 'up':
      return arm.up();
    case 'lag':
      return arm.behave({ lagMs: Number(first) });
    case 'latency':
      return arm.behave({ latencyMs: [Number(first), Number(first)] });
    case 'limits':
      return arm.behave({ limits: Number(first) });
    case '429':
      return arm.next('429', { times: Number(first ?? 1) });
    case 'well':
      return arm.behaveWell();
    case 'seen':
      return arm
        .seen()
        .slice(-20)
        .map(({ method, below, status }) => `${method} ${below} ${status}`)
        .join('\n');
    case 'events':
      return arm.subscribeToEvents(path);
    case 'get':
      return portal.get(path);
    case 'put':
      return portal.put(path, properties());
    case 'patch':
      return portal.patch(path, properties());
    case 'delete':
      return portal.delete(path);
    default:
      return COMMANDS;
  }
}

const arm = await start().catch(async (error: unknown) => {
  await stop();
  throw error;
});
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void stop().then(() => process.exit(0)));
for await (const line of createInterface({ input: process.stdin })) {
  if (line.trim() === 'quit') break;
  try {
    const answer = await obey(arm, line);
    say(
      answer === undefined ? 'done' : typeof answer === 'string' ? answer : JSON.stringify(answer, null, 2),
    );
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
  }
}
await stop();
process.exit(0);
