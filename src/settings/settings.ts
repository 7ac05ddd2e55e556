// The only reader of the environment. Reports all problems together.
import type { z } from 'zod';
import type { Place } from '../management/address.ts';
import type { Preconditions } from '../management/if-match.ts';
import type { OidcSettings } from '../management/oidc-settings.ts';
import type { TlsFiles } from '../web/tls.ts';
import { type AzureSettings, azureOf } from './azure-settings.ts';
import { type BrandSettings, brandOf } from './brand-settings.ts';
import { type Environment, findAgentProblems, findDependentProblems } from './dependent-settings.ts';
import { SETTINGS_SCHEMA } from './schema.ts';
import { findServiceProblems, readServices, secretOf } from './services.ts';
import { namesOfProviders, readProviders, type SignInSettings } from './sign-in-settings.ts';

const LOCAL_HOSTS = ['localhost', '127.0.0.1', '[::1]'];

type SignUp = 'off' | 'approval' | 'open';

export type Settings = {
  isProduction: boolean;
  host: string;
  port: number;
  /** Null: `http://localhost:PORT`, once the port is known. */
  publicUrl: string | null;
  /** The server speaks HTTPS itself. */
  tls: TlsFiles | null;
  databaseUrl: string | null;
  dataDir: string;
  secretKey: string | null;
  secretKeyPrevious: string | null;
  slack: { botToken: string; signingSecret: string | null; appToken: string | null } | null;
  slackApiUrl: string;
  approvalsChannel: string | null;
  /** The user group that approval cards mention. Null: each operator gets a direct message. */
  approversGroup: string | null;
  admins: string[];
  approvers: string[];
  /** Names of the operations that need an approval, such as `accounts/delete`. */
  secondOperatorFor: string[];
  /** What concerns more accounts at once needs an approval too. Null: never. */
  secondOperatorForMoreThan: number | null;
  hasRequests: boolean;
  signUp: SignUp;
  /** How developers sign in. */
  signIn: SignInSettings;
  resend: { apiKey: string; baseUrl: string; webhookSecret: string | null } | null;
  mailFrom: string;
  supportEmail: string;
  /** Get a mail when Slack is away, or when an old index answers gateways. */
  alertEmails: string[];
  organizationName: string;
  /** How the portal looks, where it leads, and its terms. */
  brand: BrandSettings;
  /** Of pages and mails for people whose language isn't known. */
  language: string;
  serviceName: string;
  /** Those that the process serves besides its default one. */
  services: ServiceSettings[];
  /** The name of the service that a program works on. Null: the default one. */
  service: string | null;
  passwordMinLength: number;
  invitationLifetimeHours: number;
  passwordResetLifetimeMinutes: number;
  eraseDeletedAfterDays: number;
  mailLinkHosts: string[];
  /** Where OpenAPI documents may be fetched from although the address is private. */
  openapiHosts: string[];
  /** Where webhooks may be although the address is private, and without TLS. */
  webhookHosts: string[];
  trustedProxies: string[];
  /** Where programs call the APIs, for the portal. Null: the portal can't say. */
  gatewayUrl: string | null;
  gateway: {
    /** What gateways must send. Null: nothing. */
    secret: string | null;
    /** What the agents beside gateways must send. Null: there are none. */
    followSecret: string | null;
    /** The header with the original address, in lower case. Null: the address is the rest of our path. */
    uriHeader: string | null;
    staleSeconds: number;
  };
  /** The port of `/gateway` and `/metrics` when they aren't at the public one. */
  internal: { host: string; port: number } | null;
  /** The issuer whose tokens the management API accepts besides its own. */
  oidc: OidcSettings | null;
  /** What the management API demands of `If-Match`. */
  preconditions: Preconditions;
  /** Whether programs get access tokens for our own tokens, as Azure's clients ask for them. */
  hasClientCredentials: boolean;
  /** The subscription and resource group that lists of Azure's show. */
  place: Place;
  /** The instance of Azure API Management that the service is bound to. Null: none. */
  azure: AzureSettings | null;
  /** What a scanner of leaked secrets signs its reports with. Null: there is none. */
  leakedKeys: { from: { url: string } | { file: string }; endsAtOnce: boolean } | null;
  logLevel: string;
};

/** What each service has of its own. */
export type ServiceSettings = Pick<
  Settings,
  | 'publicUrl'
  | 'organizationName'
  | 'language'
  | 'gatewayUrl'
  | 'approvalsChannel'
  | 'gateway'
  | 'azure'
  | 'signIn'
  | 'brand'
> & { name: string };

/** The settings of one service, by its id. */
export const settingsOf = (settings: Settings, id: string): Omit<ServiceSettings, 'name'> =>
  settings.services.find(({ name }) => name === id) ?? settings;

/** Has one line for each problem. The process ends with exit code 78. */
export class SettingsError extends Error {
  readonly problems: string[];

  constructor(problems: string[]) {
    super(`Settings that need your attention:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.problems = problems;
  }
}

/** Throws a `SettingsError` that lists every problem and what a good value looks like. */
export function readSettings(env: Environment = process.env): Settings {
  const values = parse(SETTINGS_SCHEMA, env, (set) => [
    ...findDependentProblems(set),
    ...findServiceProblems(set),
  ]);
  const set = withoutEmpty(env);
  const settings = { ...settingsFrom(values), signIn: signInOf(values, set) };
  return { ...settings, services: readServices(values.SERVICES, set, settings) };
}

type Values = z.output<typeof SETTINGS_SCHEMA>;

const signInOf = (values: Values, env: Environment): SignInSettings => ({
  hasPasswords: values.PASSWORD_SIGN_IN === 'on',
  providers: readProviders(env, namesOfProviders(values.SIGN_IN_PROVIDERS), { signUp: values.SIGN_UP }),
});

function settingsFrom(values: Values): Omit<Settings, 'services' | 'signIn'> {
  return {
    isProduction: values.NODE_ENV === 'production',
    host: values.HOST,
    port: values.PORT,
    publicUrl: values.PUBLIC_URL?.replace(/\/+$/, '') ?? null,
    tls:
      values.TLS_CERT_FILE && values.TLS_KEY_FILE
        ? { certFile: values.TLS_CERT_FILE, keyFile: values.TLS_KEY_FILE }
        : null,
    databaseUrl: values.DATABASE_URL ?? null,
    dataDir: values.DATA_DIR,
    secretKey: values.SECRET_KEY ?? null,
    secretKeyPrevious: values.SECRET_KEY_PREVIOUS ?? null,
    slack: values.SLACK_BOT_TOKEN
      ? {
          botToken: values.SLACK_BOT_TOKEN,
          signingSecret: values.SLACK_SIGNING_SECRET ?? null,
          appToken: values.SLACK_APP_TOKEN ?? null,
        }
      : null,
    slackApiUrl: values.SLACK_API_URL,
    approvalsChannel: values.SLACK_APPROVALS_CHANNEL ?? null,
    approversGroup: values.SLACK_APPROVERS_GROUP ?? null,
    admins: values.SLACK_ADMINS,
    approvers: values.SLACK_APPROVERS,
    secondOperatorFor: values.SECOND_OPERATOR_FOR,
    secondOperatorForMoreThan: values.SECOND_OPERATOR_FOR_MORE_THAN,
    hasRequests: values.MEMBER_REQUESTS === 'on',
    signUp: values.SIGN_UP,
    resend: values.RESEND_API_KEY
      ? {
          apiKey: values.RESEND_API_KEY,
          baseUrl: values.RESEND_BASE_URL,
          webhookSecret: values.RESEND_WEBHOOK_SECRET ?? null,
        }
      : null,
    mailFrom: values.MAIL_FROM ?? `${values.ORGANIZATION_NAME} <developers@example.com>`,
    supportEmail: values.SUPPORT_EMAIL ?? 'support@example.com',
    alertEmails: values.ALERT_EMAIL,
    organizationName: values.ORGANIZATION_NAME,
    brand: brandOf(values),
    language: values.DEFAULT_LANGUAGE,
    serviceName: values.SERVICE_NAME,
    service: values.SERVICE ?? null,
    passwordMinLength: values.PASSWORD_MIN_LENGTH,
    invitationLifetimeHours: values.INVITATION_LIFETIME_HOURS,
    passwordResetLifetimeMinutes: values.PASSWORD_RESET_LIFETIME_MINUTES,
    eraseDeletedAfterDays: values.ERASE_DELETED_AFTER_DAYS,
    mailLinkHosts: values.MAIL_LINK_HOSTS,
    openapiHosts: values.OPENAPI_HOSTS,
    // Beside the playground, receivers are on this machine too.
    webhookHosts: [...values.WEBHOOK_HOSTS, ...(values.SLACK_BOT_TOKEN ? [] : LOCAL_HOSTS)],
    trustedProxies: values.TRUSTED_PROXIES,
    gatewayUrl: values.GATEWAY_URL?.replace(/\/+$/, '') ?? null,
    gateway: {
      secret: secretOf(values.GATEWAY_SECRET),
      followSecret: values.GATEWAY_FOLLOW_SECRET ?? null,
      uriHeader: values.GATEWAY_URI_HEADER === 'path' ? null : values.GATEWAY_URI_HEADER,
      staleSeconds: values.GATEWAY_STALE_SECONDS,
    },
    internal:
      values.INTERNAL_PORT === undefined
        ? null
        : { host: values.INTERNAL_HOST ?? values.HOST, port: values.INTERNAL_PORT },
    ...managementSettings(values),
    azure: azureOf(values),
    leakedKeys: leakedKeysOf(values),
    logLevel: values.LOG_LEVEL,
  };
}

function leakedKeysOf(values: Values): Settings['leakedKeys'] {
  const { LEAKED_KEYS_SOURCE: url, LEAKED_KEYS_FILE: file } = values;
  const from = url ? { url } : file ? { file } : null;
  return from && { from, endsAtOnce: values.LEAKED_KEYS === 'end' };
}

function managementSettings(
  values: Values,
): Pick<Settings, 'oidc' | 'preconditions' | 'hasClientCredentials' | 'place'> {
  return {
    oidc:
      values.MANAGEMENT_OIDC_ISSUER && values.MANAGEMENT_OIDC_AUDIENCE && values.MANAGEMENT_OIDC_ROLES
        ? {
            issuer: values.MANAGEMENT_OIDC_ISSUER,
            audiences: values.MANAGEMENT_OIDC_AUDIENCE,
            roles: values.MANAGEMENT_OIDC_ROLES,
            personClaim: values.MANAGEMENT_OIDC_PERSON_CLAIM ?? null,
          }
        : null,
    preconditions: values.MANAGEMENT_PRECONDITIONS,
    hasClientCredentials: values.MANAGEMENT_CLIENT_CREDENTIALS === 'on',
    place: {
      subscriptionId: values.MANAGEMENT_SUBSCRIPTION_ID.toLowerCase(),
      resourceGroup: values.MANAGEMENT_RESOURCE_GROUP,
    },
  };
}

/** Reads only what the Slack manifest needs: it is printed before there is a Slack app. Throws a `SettingsError`. */
export function readManifestSettings(env: Environment = process.env) {
  const wanted = SETTINGS_SCHEMA.pick({ PUBLIC_URL: true, SLACK_APP_TOKEN: true });
  const values = parse(wanted, env);
  return {
    publicUrl: values.PUBLIC_URL?.replace(/\/+$/, '') ?? null,
    isSocketMode: values.SLACK_APP_TOKEN !== undefined,
  };
}

/** What the agent beside a gateway needs. It has no database, and nothing of Slack or mail. Throws a `SettingsError`. */
export function readAgentSettings(env: Environment = process.env) {
  const wanted = SETTINGS_SCHEMA.pick({
    PORT: true,
    INTERNAL_PORT: true,
    GATEWAY_SOURCE_URL: true,
    GATEWAY_FOLLOW_SECRET: true,
    GATEWAY_SOCKET: true,
    GATEWAY_STALE_SECONDS: true,
    DATA_DIR: true,
    LOG_LEVEL: true,
  });
  const values = parse(wanted, env, findAgentProblems);
  return {
    // On one machine, both read the same settings.
    sourceUrl:
      values.GATEWAY_SOURCE_URL?.replace(/\/+$/, '') ??
      `http://127.0.0.1:${values.INTERNAL_PORT ?? values.PORT}`,
    secret: values.GATEWAY_FOLLOW_SECRET ?? '',
    /** Null: in the folder, where the printed configuration has it. */
    socket: values.GATEWAY_SOCKET ?? null,
    staleSeconds: values.GATEWAY_STALE_SECONDS,
    dataDir: values.DATA_DIR,
    logLevel: values.LOG_LEVEL,
  };
}

/** Reads only where the agent's folder is: a configuration is printed before there are secrets. */
export const readDataDir = (env: Environment = process.env): string =>
  parse(SETTINGS_SCHEMA.pick({ DATA_DIR: true }), env).DATA_DIR;

function parse<T>(
  schema: z.ZodType<T>,
  env: Environment,
  findMore: (env: Environment) => string[] = () => [],
): T {
  const set = withoutEmpty(env);
  const parsed = schema.safeParse(set);
  const issues = parsed.success ? [] : parsed.error.issues;
  const bad = new Set(issues.map((issue) => issue.path.join('.')));
  const problems = [
    ...issues.map((issue) => `${issue.path.join('.')}: expected ${issue.message}`),
    // One line a setting is enough.
    ...findMore(set).filter((problem) => !bad.has(problem.split(':', 1)[0] ?? '')),
  ];
  if (!parsed.success || problems.length > 0) throw new SettingsError(problems);
  return parsed.data;
}

function withoutEmpty(env: Environment): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => value?.trim()));
}
