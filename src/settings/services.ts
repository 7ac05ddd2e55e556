// The services of one process beside its default one. What each has of its own is in settings that end with its name:
// `PUBLIC_URL_STAGING`.
import { DEFAULT_SERVICE, isServiceName } from '../domain/service-name.ts';
import { azureOf, findAzureProblems } from './azure-settings.ts';
import { brandOf, findBrandProblems } from './brand-settings.ts';
import type { Environment } from './dependent-settings.ts';
import { SETTINGS_SCHEMA, split } from './schema.ts';
import type { ServiceSettings, Settings } from './settings.ts';
import { findSignInProblems, namesOfProviders, readProviders } from './sign-in-settings.ts';

const OWN = SETTINGS_SCHEMA.pick({
  PUBLIC_URL: true,
  GATEWAY_URL: true,
  SLACK_APPROVALS_CHANNEL: true,
  GATEWAY_SECRET: true,
  GATEWAY_FOLLOW_SECRET: true,
  AZURE_API_MANAGEMENT: true,
  AZURE_RESOURCE_MANAGER: true,
  AZURE_TOKEN_FILE: true,
  AZURE_KEYS: true,
  AZURE_EVENTS_SECRET: true,
  SIGN_IN_PROVIDERS: true,
  LOGO_FILE: true,
  BRAND_COLOR: true,
  PORTAL_LINKS: true,
  TERMS_URL: true,
  TERMS_VERSION: true,
  PRIVACY_URL: true,
  AZURE_DELEGATION_KEY: true,
  AZURE_DEVELOPER_PORTAL_URL: true,
}).extend({
  ORGANIZATION_NAME: SETTINGS_SCHEMA.shape.ORGANIZATION_NAME.unwrap().optional(),
  DEFAULT_LANGUAGE: SETTINGS_SCHEMA.shape.DEFAULT_LANGUAGE.unwrap().optional(),
  PASSWORD_SIGN_IN: SETTINGS_SCHEMA.shape.PASSWORD_SIGN_IN.unwrap().optional(),
});

const suffixOf = (name: string): string => `_${name.toUpperCase().replaceAll('-', '_')}`;

function ownOf(env: Environment, name: string): Environment {
  const suffix = suffixOf(name);
  return Object.fromEntries(Object.keys(OWN.shape).map((setting) => [setting, env[`${setting}${suffix}`]]));
}

/** `none` is written for a gateway without a secret. */
export const secretOf = (text: string | undefined): string | null =>
  text === undefined || text === 'none' ? null : text;

/** Each has its own addresses, agents and instance of Azure, or none; the rest is that of the default service unless it is set. */
export function readServices(
  names: readonly string[],
  env: Environment,
  {
    organizationName,
    language,
    approvalsChannel,
    gateway,
    signIn,
    signUp,
    brand,
  }: Pick<
    ServiceSettings,
    'organizationName' | 'language' | 'approvalsChannel' | 'gateway' | 'signIn' | 'brand'
  > &
    Pick<Settings, 'signUp'>,
): ServiceSettings[] {
  return names.map((name) => {
    const own = OWN.parse(ownOf(env, name));
    return {
      name,
      publicUrl: own.PUBLIC_URL?.replace(/\/+$/, '') ?? null,
      gatewayUrl: own.GATEWAY_URL?.replace(/\/+$/, '') ?? null,
      organizationName: own.ORGANIZATION_NAME ?? organizationName,
      language: own.DEFAULT_LANGUAGE ?? language,
      approvalsChannel: own.SLACK_APPROVALS_CHANNEL ?? approvalsChannel,
      gateway: {
        ...gateway,
        ...(own.GATEWAY_SECRET ? { secret: secretOf(own.GATEWAY_SECRET) } : {}),
        followSecret: own.GATEWAY_FOLLOW_SECRET ?? null,
      },
      azure: azureOf(own),
      brand: brandOf(own, brand),
      signIn: {
        hasPasswords: own.PASSWORD_SIGN_IN ? own.PASSWORD_SIGN_IN === 'on' : signIn.hasPasswords,
        providers: own.SIGN_IN_PROVIDERS
          ? readProviders(env, namesOfProviders(own.SIGN_IN_PROVIDERS), { signUp })
          : signIn.providers,
      },
    };
  });
}

const hostOf = (url: string | undefined): string | undefined =>
  url && URL.canParse(url) ? new URL(url).host : undefined;

/** One line for each problem. Two services at one address could not be told apart there. */
export function findServiceProblems(env: Environment): string[] {
  // Other names are reported as such.
  const names = split(env.SERVICES ?? '').filter(isServiceName);
  const taken = new Set([hostOf(env.PUBLIC_URL)]);
  const instances = new Set([env.AZURE_API_MANAGEMENT?.toLowerCase()]);
  const problems = names.flatMap((name) => {
    const suffix = suffixOf(name);
    const own = ownOf(env, name);
    const faults = new Map<string, string>();
    for (const { path, message } of OWN.safeParse(own).error?.issues ?? [])
      faults.set(path.join('.'), message);
    if (faults.size > 0)
      return [...faults].map(([setting, message]) => `${setting}${suffix}: expected ${message}`);
    const host = hostOf(own.PUBLIC_URL);
    const instance = own.AZURE_API_MANAGEMENT?.toLowerCase();
    const isHttp = env.NODE_ENV === 'production' && !own.PUBLIC_URL?.startsWith('https://');
    const found = [
      ...findAzureProblems(own).map((problem) => problem.replace(':', `${suffix}:`)),
      ...findSignInProblems(env, suffix),
      ...findBrandProblems(env, suffix),
      ...(instance && instances.has(instance)
        ? [`AZURE_API_MANAGEMENT${suffix}: expected an instance that no other service has`]
        : []),
      ...(host && taken.has(host) ? [`PUBLIC_URL${suffix}: expected a host that no other service has`] : []),
      ...(!host && env.PUBLIC_URL
        ? [`PUBLIC_URL${suffix}: needed, the URL of ${name} for people, with a host of its own`]
        : []),
      ...(host && isHttp ? [`PUBLIC_URL${suffix}: needed in production, with https://`] : []),
    ];
    taken.add(host);
    instances.add(instance);
    return found;
  });
  const isTaken = [DEFAULT_SERVICE, (env.SERVICE_NAME ?? '').toLowerCase()].some((name) =>
    names.includes(name),
  );
  return isTaken
    ? [...problems, 'SERVICES: expected other names than that of the default service']
    : problems;
}
