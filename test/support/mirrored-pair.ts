// What a product is bound to in tests: a second product as Azure's service, behind the stand-in for Resource Manager.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import tls from 'node:tls';
import { createToken } from '../../src/operations/tokens/create.ts';
import { startTestApp } from './app.ts';
import { startArmStandIn } from './arm-stand-in.ts';
import { besideApp } from './beside-app.ts';
import { BASE } from './management.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** Who the first product is, for Azure's activity log. */
export const MIRROR = 'apim-user@example.com';
const TOKENS = 4;

/** `settings` bind the first product. This process trusts the stand-in; another one takes `NODE_EXTRA_CA_CERTS`. */
export async function startMirroredPair({
  seed = 1,
  env = {},
}: {
  seed?: number;
  env?: Record<string, string>;
} = {}) {
  const arm = await startArmStandIn({ base: BASE, seed });
  const [azure, folder] = await Promise.all([
    startTestApp({ PUBLIC_URL: arm.url, ...env }),
    temporaryFolder('mirror'),
  ]);
  const inAzure = await besideApp(azure);
  const [workspace] = await inAzure.sql`select team_id from workspaces limit 1`;
  const owner = { teamId: workspace?.team_id, userId: azure.ids.admin };
  const tokens: string[] = [];
  for (let one = 0; one < TOKENS; one++) {
    const program = { name: `azure ${one}`, role: 'admin' as const, grants: ['list-secrets' as const] };
    tokens.push((await createToken(inAzure.console(), { ...program, ...owner })).token);
  }
  arm.serve(azure.url, tokens);
  const token = `eyJ.${crypto.randomUUID()}`;
  arm.admit(token, MIRROR);
  const tokenFile = join(folder.path, 'azure-token');
  await writeFile(tokenFile, `${token}\n`, { mode: 0o600 });
  const distrust = trust(arm.certificate.cert);
  return {
    arm,
    /** The second product, with its database and its Slack. */
    azure,
    /** Operations in the second product, past Resource Manager. */
    inAzure,
    token,
    settings: {
      AZURE_API_MANAGEMENT: BASE,
      AZURE_RESOURCE_MANAGER: arm.url,
      AZURE_TOKEN_FILE: tokenFile,
    },
    processSettings: { NODE_EXTRA_CA_CERTS: arm.certificate.certFile },
    async close() {
      distrust();
      await arm.close();
      await inAzure.close();
      await azure.close();
      await folder.close();
    },
  };
}

/** Makes this process trust a certificate too, until the result is called: Node reads the setting for it only at the start. */
function trust(certificate: string): () => void {
  const original = tls.createSecureContext;
  tls.createSecureContext = (options) => {
    const made = original(options);
    // As Node itself adds those of NODE_EXTRA_CA_CERTS.
    if (!options?.ca) (made.context as { addCACert(pem: string): void }).addCACert(certificate);
    return made;
  };
  return () => {
    tls.createSecureContext = original;
  };
}
