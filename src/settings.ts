// The only reader of the environment. Everything that is wrong is reported together.
import { z } from 'zod';
import { readTrustedProxies } from './http/client-address.ts';
import { readTlsPair, type TlsFiles } from './http/tls.ts';
import { type OidcSettings, readIssuer, readRoleRules } from './management/oidc-settings.ts';
import { isSecretKey } from './security/keyring.ts';

export type SignUp = 'off' | 'approval' | 'open';

export type Settings = {
  isProduction: boolean;
  host: string;
  port: number;
  /** Null: `http://localhost:PORT`, known once the port is. */
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
  /** The user group that approval cards call upon; null: each operator gets a direct message. */
  approversGroup: string | null;
  admins: string[];
  approvers: string[];
  /** Operations that need an approval: `accounts/delete`. */
  secondOperatorFor: string[];
  hasRequests: boolean;
  /** Whether developers may sign up by themselves, and whether an operator has to agree. */
  signUp: SignUp;
  resend: { apiKey: string; baseUrl: string; webhookSecret: string | null } | null;
  mailFrom: string;
  supportEmail: string;
  /** Whom we write to when Slack is away. */
  alertEmails: string[];
  organizationName: string;
  serviceName: string;
  passwordMinLength: number;
  invitationLifetimeHours: number;
  passwordResetLifetimeMinutes: number;
  eraseDeletedAfterDays: number;
  mailLinkHosts: string[];
  trustedProxies: string[];
  gateway: {
    /** Null: none is demanded. */
    secret: string | null;
    /** The header with the original address, in small letters; null: it is the rest of our own path. */
    uriHeader: string | null;
    staleSeconds: number;
  };
  /** Where `/gateway` and `/metrics` are when not at the public port. */
  internal: { host: string; port: number } | null;
  /** Whose tokens the management API takes beside its own. */
  oidc: OidcSettings | null;
  logLevel: string;
};

/** Thrown with one line for each thing that is wrong; the process ends with exit code 78. */
export class SettingsError extends Error {
  readonly problems: string[];

  constructor(problems: string[]) {
    super(`Settings that need your attention:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.problems = problems;
  }
}

const LOOPBACK = ['127.0.0.1', 'localhost', '::1'];
const emptyAsAbsent = (env: Record<string, string | undefined>) =>
  Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value.trim() !== ''));
const number = (what: string, min: number, max: number, fallback: number) =>
  z.coerce.number({ error: what }).int(what).min(min, what).max(max, what).default(fallback);
const split = (text: string) =>
  text
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');
const list = z.string().default('').transform(split);
const userIds = list.refine(
  (ids) => ids.every((id) => /^[UW][A-Z0-9]{2,}$/.test(id)),
  'Slack user ids with commas between, such as U012AB3CD',
);
const key = z
  .string()
  .trim()
  .refine(isSecretKey, '32 random bytes in base64, as `openssl rand -base64 32` prints');
/** `name` or `name:port`, spelt as a URL's host is: an entry that is spelt otherwise would never match a link. */
const isHost = (text: string) =>
  /^[a-z0-9.-]+(:\d+)?$/i.test(text) &&
  URL.canParse(`https://${text}`) &&
  new URL(`https://${text}`).host === text.toLowerCase();
const hosts = list.refine(
  (all) => all.every(isHost),
  'host names with commas between, such as docs.example.com, without https:// and without a path',
);
const proxies = list.superRefine((entries, context) => {
  try {
    readTrustedProxies(entries);
  } catch (error) {
    const what = error instanceof Error ? error.message : '';
    context.addIssue(`IP addresses or ranges with commas between; ${what}`);
  }
});
/** Pages and links are at its root; anything behind the host would be lost or doubled. */
const isOrigin = (text: string) => URL.canParse(text) && new URL(text).href === `${new URL(text).origin}/`;
const address = z
  .string()
  .regex(/^[^\s@]+@[^\s@]+\.[^\s@]+$/, 'an e-mail address such as support@example.com');

/** A reader of a part of ours, which throws words for people. */
const readBy =
  <Value>(read: (text: string) => Value) =>
  (text: string, context: z.core.$RefinementCtx<string>): Value => {
    try {
      return read(text.trim());
    } catch (error) {
      context.addIssue(error instanceof Error ? error.message : 'something else');
      return z.NEVER;
    }
  };

const MAX_ALERT_ADDRESSES = 20;
const MAX_AUDIENCES = 10;
/** These a gateway sends for something else. */
const OUR_HEADERS = ['ocp-apim-subscription-key', 'x-gateway-secret'];

const ENVIRONMENT = z.object({
  NODE_ENV: z.string().default('development'),
  HOST: z.string().default('127.0.0.1'),
  PORT: number('a port number, 0 to 65535', 0, 65_535, 3_000),
  PUBLIC_URL: z
    .url({
      protocol: /^https?$/,
      error: 'the address that people reach, such as https://developers.example.com',
    })
    .refine(isOrigin, 'an address without path or question mark, such as https://developers.example.com')
    .optional(),
  TLS_CERT_FILE: z.string().optional(),
  TLS_KEY_FILE: z.string().optional(),
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'postgres://user:password@host:5432/database')
    .optional(),
  DATA_DIR: z.string().default('.data'),
  SECRET_KEY: key.optional(),
  SECRET_KEY_PREVIOUS: key.optional(),
  SLACK_BOT_TOKEN: z.string().startsWith('xoxb-', 'the bot token of your Slack app, xoxb-…').optional(),
  SLACK_SIGNING_SECRET: z.string().min(16, 'the signing secret of your Slack app').optional(),
  SLACK_APP_TOKEN: z.string().startsWith('xapp-', 'the app-level token of your Slack app, xapp-…').optional(),
  SLACK_API_URL: z.url('https://slack.com/api/').default('https://slack.com/api/'),
  SLACK_APPROVALS_CHANNEL: z
    .string()
    .regex(/^[CG][A-Z0-9]{2,}$/, 'a Slack channel id such as C012AB3CD')
    .optional(),
  SLACK_APPROVERS_GROUP: z
    .string()
    .regex(/^S[A-Z0-9]{2,}$/, 'the id of a Slack user group such as S012AB3CD')
    .optional(),
  SLACK_ADMINS: userIds,
  SLACK_APPROVERS: userIds,
  SECOND_OPERATOR_FOR: z
    .string()
    .default('accounts/delete')
    .transform((text) => (text.trim() === 'none' ? [] : split(text))),
  MEMBER_REQUESTS: z.enum(['on', 'off'], 'on or off').default('on'),
  SIGN_UP: z.enum(['off', 'approval', 'open'], 'off, approval or open').default('off'),
  RESEND_API_KEY: z.string().optional(),
  RESEND_BASE_URL: z.url('https://api.resend.com').default('https://api.resend.com'),
  RESEND_WEBHOOK_SECRET: z
    .string()
    .regex(
      /^whsec_(?:[A-Za-z0-9+/]{4})+(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/,
      "the webhook's signing secret as Resend shows it: whsec_ and base64",
    )
    .optional(),
  MAIL_FROM: z
    .string()
    .regex(
      /^(?:[^<>@]*<[^\s<>@]+@[^\s<>@]+\.[^\s<>@]+>|[^\s<>@]+@[^\s<>@]+\.[^\s<>@]+)$/,
      'an address, or a name with one: Example APIs <apis@example.com>',
    )
    .optional(),
  MAIL_LINK_HOSTS: hosts,
  SUPPORT_EMAIL: address.optional(),
  ALERT_EMAIL: list.refine(
    (all) => all.length <= MAX_ALERT_ADDRESSES && all.every((one) => address.safeParse(one).success),
    `up to ${MAX_ALERT_ADDRESSES} e-mail addresses with commas between, such as oncall@example.com`,
  ),
  ORGANIZATION_NAME: z.string().max(100, 'at most 100 characters').default('Example Corp'),
  SERVICE_NAME: z.string().max(50, 'at most 50 characters').default('default'),
  PASSWORD_MIN_LENGTH: number('8 to 64 characters', 8, 64, 15),
  INVITATION_LIFETIME_HOURS: number('1 to 720 hours', 1, 720, 48),
  PASSWORD_RESET_LIFETIME_MINUTES: number('5 to 1440 minutes', 5, 1_440, 60),
  ERASE_DELETED_AFTER_DAYS: number('0 to 365 days', 0, 365, 7),
  TRUSTED_PROXIES: proxies,
  GATEWAY_SECRET: z
    .string()
    .refine(
      (text) => text === 'none' || /^[\x21-\x7e]{16,}$/.test(text),
      'at least 16 characters without spaces, which the gateway sends in X-Gateway-Secret; or none',
    )
    .optional(),
  GATEWAY_URI_HEADER: z
    .string()
    .trim()
    .toLowerCase()
    .refine(
      (name) => /^[!#$%&'*+.^_`|~a-z0-9-]+$/.test(name) && !OUR_HEADERS.includes(name),
      'the name of the header with the original address, such as X-Forwarded-Uri; or path',
    )
    .default('x-original-uri'),
  GATEWAY_STALE_SECONDS: number('0 to 86400 seconds', 0, 86_400, 0),
  INTERNAL_HOST: z.string().optional(),
  INTERNAL_PORT: z.coerce
    .number('a port number, 0 to 65535')
    .int('a port number, 0 to 65535')
    .min(0, 'a port number, 0 to 65535')
    .max(65_535, 'a port number, 0 to 65535')
    .optional(),
  MANAGEMENT_OIDC_ISSUER: z.string().transform(readBy(readIssuer)).optional(),
  MANAGEMENT_OIDC_AUDIENCE: list
    .refine(
      (all) => all.length <= MAX_AUDIENCES && all.every((one) => one.length <= 255),
      `up to ${MAX_AUDIENCES} audiences with commas between, such as api://apim-user`,
    )
    .optional(),
  MANAGEMENT_OIDC_ROLES: z.string().transform(readBy(readRoleRules)).optional(),
  MANAGEMENT_OIDC_PERSON_CLAIM: z.string().trim().max(200, 'the name of a claim, such as email').optional(),
  LOG_LEVEL: z
    .enum(['debug', 'info', 'warn', 'error', 'fatal', 'silent'], 'debug, info, warn, error, fatal or silent')
    .default('info'),
});

/** Throws a `SettingsError` that lists every problem and what a good value looks like. */
export function readSettings(env: Record<string, string | undefined> = process.env): Settings {
  const values = parse(ENVIRONMENT, env, problemsBetween);
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
    serviceName: values.SERVICE_NAME,
    passwordMinLength: values.PASSWORD_MIN_LENGTH,
    invitationLifetimeHours: values.INVITATION_LIFETIME_HOURS,
    passwordResetLifetimeMinutes: values.PASSWORD_RESET_LIFETIME_MINUTES,
    eraseDeletedAfterDays: values.ERASE_DELETED_AFTER_DAYS,
    mailLinkHosts: values.MAIL_LINK_HOSTS,
    trustedProxies: values.TRUSTED_PROXIES,
    gateway: {
      secret: values.GATEWAY_SECRET === 'none' ? null : (values.GATEWAY_SECRET ?? null),
      uriHeader: values.GATEWAY_URI_HEADER === 'path' ? null : values.GATEWAY_URI_HEADER,
      staleSeconds: values.GATEWAY_STALE_SECONDS,
    },
    internal:
      values.INTERNAL_PORT === undefined
        ? null
        : { host: values.INTERNAL_HOST ?? values.HOST, port: values.INTERNAL_PORT },
    oidc:
      values.MANAGEMENT_OIDC_ISSUER && values.MANAGEMENT_OIDC_AUDIENCE && values.MANAGEMENT_OIDC_ROLES
        ? {
            issuer: values.MANAGEMENT_OIDC_ISSUER,
            audiences: values.MANAGEMENT_OIDC_AUDIENCE,
            roles: values.MANAGEMENT_OIDC_ROLES,
            personClaim: values.MANAGEMENT_OIDC_PERSON_CLAIM ?? null,
          }
        : null,
    logLevel: values.LOG_LEVEL,
  };
}

/**
 * What the Slack manifest needs. It is printed before there is a Slack app, so that nothing else is asked for yet.
 * Throws a `SettingsError`.
 */
export function readManifestSettings(env: Record<string, string | undefined> = process.env) {
  const wanted = ENVIRONMENT.pick({ PUBLIC_URL: true, SLACK_APP_TOKEN: true });
  const values = parse(wanted, env);
  return {
    publicUrl: values.PUBLIC_URL?.replace(/\/+$/, '') ?? null,
    isSocketMode: values.SLACK_APP_TOKEN !== undefined,
  };
}

type Given = Record<string, string | undefined>;

function parse<T>(schema: z.ZodType<T>, env: Given, between: (given: Given) => string[] = () => []): T {
  const given = emptyAsAbsent(env);
  const parsed = schema.safeParse(given);
  const issues = parsed.success ? [] : parsed.error.issues;
  const bad = new Set(issues.map((issue) => issue.path.join('.')));
  const problems = [
    ...issues.map((issue) => `${issue.path.join('.')}: expected ${issue.message}`),
    // One line for a setting: what is wrong in itself says nothing more of its neighbours.
    ...between(given).filter((problem) => !bad.has(problem.split(':', 1)[0] ?? '')),
  ];
  if (!parsed.success || problems.length > 0) throw new SettingsError(problems);
  return parsed.data;
}

/** What is missing beside what is there. Asks only whether a setting is given, so that it is told beside bad ones too. */
function problemsBetween(given: Given): string[] {
  const problems: string[] = [];
  const need = (isMissing: boolean, problem: string) => {
    if (isMissing) problems.push(problem);
  };
  const hasSlack = Boolean(given.SLACK_BOT_TOKEN);
  const hasOther = Boolean(given.SLACK_SIGNING_SECRET || given.SLACK_APP_TOKEN);
  need(
    hasSlack && !hasOther,
    'SLACK_SIGNING_SECRET: needed beside SLACK_BOT_TOKEN, unless SLACK_APP_TOKEN is set for Socket Mode',
  );
  need(!hasSlack && hasOther, 'SLACK_BOT_TOKEN: needed beside the other Slack settings, xoxb-…');
  need(
    !given.RESEND_API_KEY && !mayHavePlayground(given),
    "RESEND_API_KEY: needed, because the playground's inbox exists only on this machine and without Slack settings",
  );
  need(
    Boolean(given.RESEND_API_KEY) && !given.MAIL_FROM,
    'MAIL_FROM: needed beside RESEND_API_KEY, such as Example APIs <apis@example.com>',
  );
  need(Boolean(given.TLS_CERT_FILE) && !given.TLS_KEY_FILE, 'TLS_KEY_FILE: needed beside TLS_CERT_FILE');
  need(Boolean(given.TLS_KEY_FILE) && !given.TLS_CERT_FILE, 'TLS_CERT_FILE: needed beside TLS_KEY_FILE');
  if (given.TLS_CERT_FILE && given.TLS_KEY_FILE)
    problems.push(...tlsProblems({ certFile: given.TLS_CERT_FILE, keyFile: given.TLS_KEY_FILE }));
  problems.push(...oidcProblems(given));
  if (given.NODE_ENV !== 'production') return problems;
  need(
    !given.DATABASE_URL,
    'DATABASE_URL: needed in production, postgres://user:password@host:5432/database',
  );
  need(
    !given.SECRET_KEY,
    'SECRET_KEY: needed in production; make one with `openssl rand -base64 32` and keep it',
  );
  need(!hasSlack && !hasOther, 'SLACK_BOT_TOKEN: needed in production, xoxb-…');
  need(!given.PUBLIC_URL?.startsWith('https://'), 'PUBLIC_URL: needed in production, and https');
  need(
    !given.GATEWAY_SECRET,
    'GATEWAY_SECRET: needed in production, what your gateway sends in X-Gateway-Secret; or none',
  );
  need(!given.SUPPORT_EMAIL, 'SUPPORT_EMAIL: needed in production, whom developers write to');
  return problems;
}

const OIDC_SETTINGS = {
  MANAGEMENT_OIDC_ISSUER:
    'the issuer as its tokens name it, such as https://login.microsoftonline.com/{tenant}/v2.0',
  MANAGEMENT_OIDC_AUDIENCE: 'whom its tokens are for, such as api://apim-user',
  MANAGEMENT_OIDC_ROLES:
    'which claims give which role, such as roles:ApimAdmin=admin,roles:ApimReader=reader',
};

/** All of them or none: an issuer without an audience would let in tokens that are for somebody else. */
function oidcProblems(given: Given): string[] {
  const all = Object.entries(OIDC_SETTINGS);
  const hasAny = Boolean(given.MANAGEMENT_OIDC_PERSON_CLAIM) || all.some(([name]) => given[name]);
  if (!hasAny) return [];
  return all
    .filter(([name]) => !given[name])
    .map(([name, what]) => `${name}: needed beside the other MANAGEMENT_OIDC settings, ${what}`);
}

function tlsProblems(files: TlsFiles): string[] {
  try {
    readTlsPair(files);
    return [];
  } catch (error) {
    return [`TLS_CERT_FILE: ${error instanceof Error ? error.message : 'unusable'}`];
  }
}

function mayHavePlayground(given: Given): boolean {
  const { PUBLIC_URL: publicUrl = '' } = given;
  const publicHost = URL.canParse(publicUrl) ? new URL(publicUrl).hostname : 'localhost';
  return (
    given.NODE_ENV !== 'production' &&
    !given.SLACK_BOT_TOKEN &&
    LOOPBACK.includes(given.HOST ?? '127.0.0.1') &&
    [...LOOPBACK, '[::1]'].includes(publicHost)
  );
}
