// Azure's library for Python, as Debian packages it, with three api-versions.
import { execFile, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { clientTable, MANAGED } from '../support/clients.ts';
import { startTestManagement } from '../support/management.ts';

const SCRIPT = fileURLToPath(new URL('./python-sdk.py', import.meta.url));
const VERSIONS = ['2021-08-01', '2022-08-01', '2024-05-01'];
/** Debian's own interpreter has Debian's packages, whatever comes first in the path. */
const PYTHON = ['/usr/bin/python3', 'python3'].find(
  (python) => spawnSync(python, ['-c', 'import azure.mgmt.apimanagement']).status === 0,
);

const table = clientTable('Python', {
  service: 'R',
  ...MANAGED,
  'OpenAPI document of an API': 'CRU',
  'operation of an API': 'CRUD',
  'limits of a product': 'CRUD',
  'keys of a subscription': 'RU',
  'email template': 'CRUD',
  notification: 'CR',
  'recipient of a notification': 'CRD',
  'portal setting': 'RU',
  'other collections': 'CRUD',
});
type Case = { version: string; case: string; said: string; result: 'yes' | 'refused' } & {
  [part in 'resource' | 'action']: Parameters<typeof table.covers>[part extends 'resource' ? 0 : 1];
};

it.skipIf(PYTHON)('was not tried: install the package python3-azure', () => {});

describe.skipIf(!PYTHON)('azure.mgmt.apimanagement', () => {
  it('creates, reads, updates and deletes everything that it offers and this service has', async () => {
    const t = await startTestManagement();
    try {
      const { stdout } = await promisify(execFile)(PYTHON ?? '', [SCRIPT, ...VERSIONS], {
        env: {
          ...process.env,
          APIM_URL: t.url,
          APIM_TOKEN: await t.token('admin', { grants: ['list-secrets', 'sso'] }),
          REQUESTS_CA_BUNDLE: t.certificate.certFile,
        },
        maxBuffer: 10_000_000,
      });
      const cases = stdout
        .trim()
        .split('\n')
        .map((line): Case => JSON.parse(line));
      const wrong = cases.filter(({ said }) => said !== '');
      expect(wrong.map(({ version, case: name, said }) => `${version} ${name}: ${said}`)).toEqual([]);
      expect(new Set(cases.map(({ version }) => version)).size).toBe(VERSIONS.length);
      for (const { resource, action, result } of cases) table.covers(resource, action, result);
    } finally {
      await t.close();
    }
  }, 240_000);

  it('has its column in docs/azure-tools.md', () => table.expectOnPage());
});
