import { describe, expect, test } from 'vitest';
import { readSettings, SettingsError } from '../src/settings/settings.ts';

const KEY = Buffer.alloc(32, 7).toString('base64');
const WEBHOOK_SECRET = `whsec_${Buffer.alloc(24, 9).toString('base64')}`;
const SUBSCRIPTION = '5a1b0f3e-6a0c-4b0e-9a52-0c7a4d6f2b11';
const INSTANCE = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg1/providers/Microsoft.ApiManagement/service/Contoso`;
const PRODUCTION = {
  NODE_ENV: 'production',
  DATABASE_URL: 'postgres://user:secret@db.example.com/apim',
  SECRET_KEY: KEY,
  PUBLIC_URL: 'https://developers.example.com',
  SUPPORT_EMAIL: 'support@example.com',
  SLACK_BOT_TOKEN: 'xoxb-1',
  SLACK_SIGNING_SECRET: '0123456789abcdef',
  RESEND_API_KEY: 're_1',
  RESEND_WEBHOOK_SECRET: WEBHOOK_SECRET,
  MAIL_FROM: 'Example APIs <apis@example.com>',
  ALERT_EMAIL: 'oncall@example.com, boss@example.com',
  MAIL_LINK_HOSTS: 'docs.example.com, status.example.com:8443',
  TRUSTED_PROXIES: '10.0.0.0/8, 2001:db8::1',
  GATEWAY_SECRET: '0123456789abcdef',
  GATEWAY_URI_HEADER: 'X-Forwarded-Uri',
  INTERNAL_PORT: '3001',
  MANAGEMENT_OIDC_ISSUER: 'https://login.microsoftonline.com/00000000-0000-0000-0000-000000000000/v2.0',
  MANAGEMENT_OIDC_AUDIENCE: 'api://apim-user',
  MANAGEMENT_OIDC_ROLES:
    'roles:ApimAdmin=admin, https://example.com/team:a:b=reader, roles:ApimAdmin=list-secrets',
  AZURE_API_MANAGEMENT: INSTANCE,
  AZURE_DELEGATION_KEY: Buffer.alloc(64, 3).toString('base64'),
  AZURE_DEVELOPER_PORTAL_URL: 'https://contoso.developer.azure-api.net/',
  LEAKED_KEYS: 'end',
  LEAKED_KEYS_SOURCE: 'https://api.github.com/meta/public_keys/secret_scanning',
};

/** The names of the settings that are reported. */
function complaints(env: Record<string, string>): string[] {
  try {
    readSettings(env);
    return [];
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    return error.problems.map((problem) => problem.split(':')[0] ?? '').sort();
  }
}

describe('reading the settings', () => {
  test('accepts a full set for production, and no settings at all for local use', () => {
    expect(complaints(PRODUCTION)).toEqual([]);
    expect(complaints({})).toEqual([]);
    expect(readSettings(PRODUCTION).oidc?.roles).toEqual([
      { claim: 'roles', value: 'ApimAdmin', gives: 'admin' },
      { claim: 'https://example.com/team', value: 'a:b', gives: 'reader' },
      { claim: 'roles', value: 'ApimAdmin', gives: 'list-secrets' },
    ]);
    expect(readSettings(PRODUCTION).mailLinkHosts).toEqual(['docs.example.com', 'status.example.com:8443']);
  });

  test('gives each further service its own addresses and secrets, and the rest of the default one', () => {
    const own = {
      ...PRODUCTION,
      SERVICES: 'eu-staging, lab',
      PUBLIC_URL_EU_STAGING: 'https://staging.example.com/',
      PUBLIC_URL_LAB: 'https://lab.example.com',
      GATEWAY_URL: 'https://api.example.com',
      GATEWAY_FOLLOW_SECRET: 'f'.repeat(32),
      GATEWAY_FOLLOW_SECRET_LAB: 'e'.repeat(32),
      ORGANIZATION_NAME_LAB: 'Lab',
    };
    expect(complaints(own)).toEqual([]);
    expect(readSettings(own).services).toMatchObject([
      {
        name: 'eu-staging',
        publicUrl: 'https://staging.example.com',
        gatewayUrl: null,
        organizationName: 'Example Corp',
        gateway: { secret: '0123456789abcdef', followSecret: null },
        azure: null,
      },
      { name: 'lab', organizationName: 'Lab', gateway: { followSecret: 'e'.repeat(32) } },
    ]);
    const { PUBLIC_URL_LAB: _lab, ...without } = own;
    expect(complaints(without)).toEqual(['PUBLIC_URL_LAB']);
    for (const url of [own.PUBLIC_URL, own.PUBLIC_URL_EU_STAGING, 'http://lab.example.com', 'lab'])
      expect(complaints({ ...own, PUBLIC_URL_LAB: url }), url).toEqual(['PUBLIC_URL_LAB']);
    for (const names of ['Lab', 'lab,lab', '1', 'a_b', 'default', 'prod'])
      expect(complaints({ ...without, SERVICE_NAME: 'Prod', SERVICES: names }), names).toContain('SERVICES');
  });

  test('the providers that developers sign in with, each by its name, and those of a further service', () => {
    const entra = {
      SIGN_IN_ENTRA_ISSUER: 'https://login.microsoftonline.com/00000000-0000-0000-0000-000000000000/v2.0',
      SIGN_IN_ENTRA_CLIENT_ID: 'ours',
      SIGN_IN_ENTRA_CLIENT_SECRET: 'a-secret',
    };
    const google = {
      SIGN_IN_GOOGLE_ISSUER: 'https://accounts.google.com',
      SIGN_IN_GOOGLE_CLIENT_ID: 'ours',
      SIGN_IN_GOOGLE_DOMAINS: 'Example.com, example.org',
      SIGN_IN_GOOGLE_SIGN_UP: 'open',
    };
    const github = { SIGN_IN_CODE_KIND: 'github', SIGN_IN_CODE_CLIENT_ID: 'ours' };
    const all = { ...PRODUCTION, ...entra, ...google, ...github };
    const set = { ...all, SIGN_IN_PROVIDERS: 'entra, google,code', SIGN_UP: 'approval' };
    expect(readSettings(set).signIn).toMatchObject({
      hasPasswords: true,
      providers: [
        { name: 'entra', kind: 'Aad', label: 'Microsoft', protocol: 'oidc', signUp: 'approval', domains: [] },
        { kind: 'Google', clientSecret: null, signUp: 'open', domains: ['example.com', 'example.org'] },
        { kind: 'GitHub', label: 'GitHub', protocol: 'github', issuer: 'https://github.com' },
      ],
    });
    const lab = { ...set, SERVICES: 'lab', PUBLIC_URL_LAB: 'https://lab.example.com' };
    expect(readSettings(lab).services[0]?.signIn).toEqual(readSettings(set).signIn);
    const own = { ...lab, SIGN_IN_PROVIDERS_LAB: 'google', PASSWORD_SIGN_IN_LAB: 'off' };
    expect(readSettings(own).services[0]?.signIn).toMatchObject({
      hasPasswords: false,
      providers: [{ name: 'google' }],
    });
    expect(readSettings({ ...lab, SIGN_IN_PROVIDERS_LAB: 'none' }).services[0]?.signIn.providers).toEqual([]);
    for (const [changed, name] of [
      [{ SIGN_IN_ENTRA_ISSUER: 'https://login.microsoftonline.com/common/v2.0' }, 'SIGN_IN_ENTRA_ISSUER'],
      [{ SIGN_IN_ENTRA_ISSUER: 'https://login.microsoftonline.com/{tenantid}/v2.0' }, 'SIGN_IN_ENTRA_ISSUER'],
      [{ SIGN_IN_ENTRA_ISSUER: 'http://login.example.com' }, 'SIGN_IN_ENTRA_ISSUER'],
      [{ SIGN_IN_ENTRA_ISSUER: '' }, 'SIGN_IN_ENTRA_ISSUER'],
      [{ SIGN_IN_GOOGLE_CLIENT_ID: '' }, 'SIGN_IN_GOOGLE_CLIENT_ID'],
      [{ SIGN_IN_GOOGLE_DOMAINS: 'https://example.com' }, 'SIGN_IN_GOOGLE_DOMAINS'],
      [{ SIGN_IN_GOOGLE_SIGN_UP: 'yes' }, 'SIGN_IN_GOOGLE_SIGN_UP'],
      [{ SIGN_IN_PROVIDERS: 'entra,entra' }, 'SIGN_IN_PROVIDERS'],
      [{ SIGN_IN_PROVIDERS: 'link' }, 'SIGN_IN_PROVIDERS'],
      [{ SIGN_IN_PROVIDERS: '', PASSWORD_SIGN_IN: 'off' }, 'SIGN_IN_PROVIDERS'],
      [{ ...lab, SIGN_IN_PROVIDERS_LAB: 'none', PASSWORD_SIGN_IN: 'off' }, 'SIGN_IN_PROVIDERS_LAB'],
    ] as const)
      expect(complaints({ ...set, ...changed }), JSON.stringify(changed)).toEqual([name]);
  });

  test.each([
    ['TRUSTED_PROXIES', '10.0.0.0/8, proxy.example.com'],
    ['TRUSTED_PROXIES', '10.0.0.0/33'],
    ['RESEND_WEBHOOK_SECRET', 'whsec_'],
    ['RESEND_WEBHOOK_SECRET', 'whsec_not base64!'],
    ['RESEND_WEBHOOK_SECRET', Buffer.alloc(24).toString('base64')],
    ['MAIL_LINK_HOSTS', 'https://docs.example.com'],
    ['MAIL_LINK_HOSTS', 'docs.example.com/path'],
    ['MAIL_LINK_HOSTS', 'docs.example.com:443'],
    ['MAIL_LINK_HOSTS', '*.example.com'],
    ['MAIL_FROM', 'Example APIs'],
    ['ALERT_EMAIL', 'oncall'],
    ['ALERT_EMAIL', 'oncall@example.com, boss at example.com'],
    ['SECRET_KEY', KEY.slice(4)],
    ['SECRET_KEY', `${KEY.slice(0, -4)}!!!!`],
    ['SECRET_KEY_PREVIOUS', 'short'],
    ['PUBLIC_URL', 'https://developers.example.com/base'],
    ['PUBLIC_URL', 'https://developers.example.com/?a=b'],
    ['PUBLIC_URL', 'http://developers.example.com'],
    ['PORT', '70000'],
    ['GATEWAY_SECRET', 'short'],
    ['GATEWAY_SECRET', 'with spaces in between'],
    ['GATEWAY_SECRET', 'None'],
    ['GATEWAY_URI_HEADER', 'X Original URI'],
    ['GATEWAY_URI_HEADER', 'Ocp-Apim-Subscription-Key'],
    ['GATEWAY_STALE_SECONDS', '-1'],
    ['GATEWAY_STALE_SECONDS', 'forever'],
    ['INTERNAL_PORT', 'no'],
    ['MANAGEMENT_OIDC_ISSUER', 'login.example.com'],
    ['MANAGEMENT_OIDC_ISSUER', 'http://login.example.com'],
    ['MANAGEMENT_OIDC_ISSUER', 'https://login.example.com/?tenant=1'],
    ['MANAGEMENT_OIDC_ISSUER', ''],
    ['MANAGEMENT_OIDC_AUDIENCE', ''],
    ['MANAGEMENT_OIDC_AUDIENCE', Array.from({ length: 11 }, (_, index) => `a${index}`).join(',')],
    ['MANAGEMENT_OIDC_ROLES', ''],
    ['MANAGEMENT_OIDC_ROLES', ' , '],
    ['MANAGEMENT_OIDC_ROLES', 'ApimAdmin=admin'],
    ['MANAGEMENT_OIDC_ROLES', 'roles:ApimAdmin'],
    ['MANAGEMENT_OIDC_ROLES', 'roles:ApimAdmin=owner'],
    ['MANAGEMENT_OIDC_ROLES', 'roles:ApimAdmin=act-alone'],
    ['MANAGEMENT_CLIENT_CREDENTIALS', 'yes'],
    ['MANAGEMENT_SUBSCRIPTION_ID', 'mine'],
    ['MANAGEMENT_RESOURCE_GROUP', 'a/b'],
    ['MANAGEMENT_OIDC_ROLES', 'roles:=admin'],
    ['AZURE_API_MANAGEMENT', 'contoso'],
    ['AZURE_API_MANAGEMENT', `${INSTANCE}/users/ann`],
    ['AZURE_API_MANAGEMENT', INSTANCE.replace(SUBSCRIPTION, 'mine')],
    ['AZURE_RESOURCE_MANAGER', 'http://management.azure.com'],
    ['AZURE_RESOURCE_MANAGER', 'https://management.azure.com/subscriptions'],
    ['AZURE_RESOURCE_MANAGER', 'https://me:secret@management.azure.com'],
    ['AZURE_KEYS', 'yes'],
    ['AZURE_EVENTS_SECRET', 'short'],
    ['AZURE_DEVELOPER_PORTAL_URL', 'https://contoso.developer.azure-api.net/signin'],
    ['AZURE_DEVELOPER_PORTAL_URL', 'http://contoso.developer.azure-api.net'],
    ['AZURE_DELEGATION_KEY', 'a secret'],
    ['AZURE_DELEGATION_KEY', ''],
    ['LEAKED_KEYS', 'yes'],
    ['LEAKED_KEYS_SOURCE', ''],
    ['LEAKED_KEYS_SOURCE', 'http://keys.example.com'],
    ['LEAKED_KEYS_SOURCE', 'https://me@keys.example.com'],
    ['LEAKED_KEYS_FILE', '/nowhere/keys.json'],
  ])('reports %s=%s, and nothing else', (name, value) => {
    expect(complaints({ ...PRODUCTION, [name]: value })).toEqual([name]);
  });

  test('reports wrong and missing settings together', () => {
    const { SUPPORT_EMAIL: _, DATABASE_URL: _database, GATEWAY_SECRET: _secret, ...rest } = PRODUCTION;
    const env = { ...rest, TRUSTED_PROXIES: 'nobody', SECRET_KEY: 'short', SLACK_BOT_TOKEN: 'bad' };
    expect(complaints({ ...env, MAIL_LINK_HOSTS: 'a/b' })).toEqual([
      'DATABASE_URL',
      'GATEWAY_SECRET',
      'MAIL_LINK_HOSTS',
      'SECRET_KEY',
      'SLACK_BOT_TOKEN',
      'SUPPORT_EMAIL',
      'TRUSTED_PROXIES',
    ]);
  });

  test('names the wrong entry of a list, and never a secret', () => {
    const env = {
      ...PRODUCTION,
      TRUSTED_PROXIES: '10.0.0.1, proxy.example.com',
      SECRET_KEY: 'my-only-secret',
    };
    expect(() => readSettings(env)).toThrow(/proxy\.example\.com/);
    expect(() => readSettings(env)).not.toThrow(/my-only-secret/);
  });

  test('binds to an instance by its id in any case, at Azure unless another address is set', () => {
    const text = INSTANCE.replace('resourceGroups', 'RESOURCEGROUPS').replace('service/', 'Service/');
    expect(readSettings({ AZURE_API_MANAGEMENT: `${text}/` }).azure).toEqual({
      path: INSTANCE,
      subscription: SUBSCRIPTION,
      resourceGroup: 'rg1',
      service: 'Contoso',
      endpoint: 'https://management.azure.com',
      tokenFile: null,
      keys: 'left',
      eventsSecret: null,
      delegation: null,
    });
    expect(readSettings({}).azure).toBeNull();
  });

  test('T97: the credential of this machine is for Azure only, so another address needs a token of its own', () => {
    const azure = (endpoint: string, rest = {}) => ({
      AZURE_API_MANAGEMENT: INSTANCE,
      AZURE_RESOURCE_MANAGER: endpoint,
      ...rest,
    });
    expect(complaints(azure('https://Management.USGovCloudAPI.net/'))).toEqual([]);
    expect(complaints(azure('https://management.azure.com.example.com'))).toEqual(['AZURE_TOKEN_FILE']);
    expect(complaints(azure('https://arm.example.com', { AZURE_TOKEN_FILE: '/run/token' }))).toEqual([]);
  });

  test('reports settings of an instance without the instance', () => {
    expect(complaints({ AZURE_KEYS: 'mirrored', AZURE_TOKEN_FILE: '/run/token' })).toEqual([
      'AZURE_API_MANAGEMENT',
    ]);
  });
});
