// A service of Azure without Azure: a second product with a database of its own, behind the stand-in for Resource Manager.
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startApp } from '../../src/app.ts';
import { createStops, type Dependencies, openDependencies } from '../../src/dependencies.ts';
import { createLog } from '../../src/log.ts';
import { DEFAULT_PLACE } from '../../src/management/address.ts';
import { createToken } from '../../src/operations/tokens/create.ts';
import { ADMIN, TEAM } from '../../src/playground/workspace/people.ts';
import { sealText } from '../../src/security/sealed-text.ts';
import { readSettings } from '../../src/settings/settings.ts';
import { fillAccounts } from '../bench/fill.ts';
import { fillCatalog, fillKeys } from '../bench/gateway-fill.ts';
import { startArmStandIn } from './arm-stand-in.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { NO_PEOPLE } from './test-settings.ts';

const SERVICE = 'contoso';
const BASE = `/subscriptions/${DEFAULT_PLACE.subscriptionId}/resourceGroups/${DEFAULT_PLACE.resourceGroup}/providers/Microsoft.ApiManagement/service/${SERVICE}`;
const TOKENS = 8;

type Options = {
  port?: number;
  users: number;
  seed: number;
  /** Where its database is; else in a folder that goes at the end. */
  dataDir?: string | undefined;
  print?: (text: string) => void;
};

/** `settings` bind a process to it. Its users, products and keys are made up, and its people those of the playground. */
export async function startAzureService({ port = 0, users, seed, dataDir, print = () => {} }: Options) {
  const log = createLog('error');
  const { atStop, stop } = createStops((error) => log.error({ err: error }, 'stopping failed'));
  try {
    const folder = await temporaryFolder('arm');
    atStop(folder.close);
    const arm = await startArmStandIn({ base: BASE, port, seed });
    atStop(arm.close);
    const settings = readSettings({
      PUBLIC_URL: arm.url,
      PORT: '0',
      SERVICE_NAME: SERVICE,
      DATA_DIR: dataDir ?? join(folder.path, 'data'),
      SECOND_OPERATOR_FOR: 'none',
      LOG_LEVEL: 'error',
    });
    const app = await startApp(settings, log, { print });
    atStop(app.stop);
    const dependencies = await openDependencies(settings, {
      people: NO_PEOPLE,
      publicUrl: () => arm.url,
      poolSize: 2,
      isBesideServer: true,
      atStop,
    });
    await fill(dependencies, users);
    arm.serve(app.localUrl, await tokensFor(dependencies));
    const token = `eyJ.${crypto.randomUUID()}`;
    arm.admit(token, 'apim-user@contoso.example');
    const tokenFile = join(folder.path, 'token');
    await writeFile(tokenFile, `${token}\n`, { mode: 0o600 });
    return {
      arm,
      productUrl: app.localUrl,
      settings: {
        AZURE_API_MANAGEMENT: BASE,
        AZURE_RESOURCE_MANAGER: arm.url,
        AZURE_TOKEN_FILE: tokenFile,
        NODE_EXTRA_CA_CERTS: arm.certificate.certFile,
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
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
