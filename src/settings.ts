// The only reader of the environment. Everything that is wrong is reported together.
import { z } from 'zod';

export type Settings = {
  isProduction: boolean;
  host: string;
  port: number;
  /** Null: `http://localhost:PORT`, known once the port is. */
  publicUrl: string | null;
  databaseUrl: string | null;
  dataDir: string;
  secretKey: string | null;
  secretKeyPrevious: string | null;
  slack: { botToken: string; signingSecret: string | null; appToken: string | null } | null;
  slackApiUrl: string;
  approvalsChannel: string | null;
  admins: string[];
  approvers: string[];
  resend: { apiKey: string; baseUrl: string; webhookSecret: string | null } | null;
  mailFrom: string;
  supportEmail: string;
  organizationName: string;
  serviceName: string;
  passwordMinLength: number;
  invitationLifetimeHours: number;
  passwordResetLifetimeMinutes: number;
  eraseDeletedAfterDays: number;
  mailLinkHosts: string[];
  trustedProxies: string[];
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
const list = z
  .string()
  .default('')
  .transform((text) =>
    text
      .split(',')
      .map((one) => one.trim())
      .filter((one) => one !== ''),
  );
const userIds = list.refine(
  (ids) => ids.every((id) => /^[UW][A-Z0-9]{2,}$/.test(id)),
  'Slack user ids with commas between, such as U012AB3CD',
);
const key = z
  .string()
  .refine(
    (text) => Buffer.from(text, 'base64').length === 32,
    '32 random bytes in base64, as `openssl rand -base64 32` prints',
  );
const address = z
  .string()
  .regex(/^[^\s@]+@[^\s@]+\.[^\s@]+$/, 'an e-mail address such as support@example.com');

const ENVIRONMENT = z.object({
  NODE_ENV: z.string().default('development'),
  HOST: z.string().default('127.0.0.1'),
  PORT: number('a port number, 0 to 65535', 0, 65_535, 3_000),
  PUBLIC_URL: z
    .url({
      protocol: /^https?$/,
      error: 'the address that people reach, such as https://developers.example.com',
    })
    .optional(),
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
  SLACK_ADMINS: userIds,
  SLACK_APPROVERS: userIds,
  RESEND_API_KEY: z.string().optional(),
  RESEND_BASE_URL: z.url('https://api.resend.com').default('https://api.resend.com'),
  RESEND_WEBHOOK_SECRET: z.string().startsWith('whsec_', "the webhook's signing secret, whsec_…").optional(),
  MAIL_FROM: z.string().optional(),
  MAIL_LINK_HOSTS: list,
  SUPPORT_EMAIL: address.optional(),
  ORGANIZATION_NAME: z.string().max(100, 'at most 100 characters').default('Example APIs'),
  SERVICE_NAME: z.string().max(50, 'at most 50 characters').default('default'),
  PASSWORD_MIN_LENGTH: number('8 to 64 characters', 8, 64, 15),
  INVITATION_LIFETIME_HOURS: number('1 to 720 hours', 1, 720, 48),
  PASSWORD_RESET_LIFETIME_MINUTES: number('5 to 1440 minutes', 5, 1_440, 60),
  ERASE_DELETED_AFTER_DAYS: number('0 to 365 days', 0, 365, 7),
  TRUSTED_PROXIES: list,
  LOG_LEVEL: z
    .enum(['debug', 'info', 'warn', 'error', 'fatal', 'silent'], 'debug, info, warn, error, fatal or silent')
    .default('info'),
});

type Environment = z.infer<typeof ENVIRONMENT>;

/** Throws a `SettingsError` that lists every problem and what a good value looks like. */
export function readSettings(env: Record<string, string | undefined> = process.env): Settings {
  const values = parse(ENVIRONMENT, env);
  const problems = problemsBetween(values);
  if (problems.length > 0) throw new SettingsError(problems);
  return {
    isProduction: values.NODE_ENV === 'production',
    host: values.HOST,
    port: values.PORT,
    publicUrl: values.PUBLIC_URL?.replace(/\/+$/, '') ?? null,
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
    admins: values.SLACK_ADMINS,
    approvers: values.SLACK_APPROVERS,
    resend: values.RESEND_API_KEY
      ? {
          apiKey: values.RESEND_API_KEY,
          baseUrl: values.RESEND_BASE_URL,
          webhookSecret: values.RESEND_WEBHOOK_SECRET ?? null,
        }
      : null,
    mailFrom: values.MAIL_FROM ?? `${values.ORGANIZATION_NAME} <developers@example.com>`,
    supportEmail: values.SUPPORT_EMAIL ?? 'support@example.com',
    organizationName: values.ORGANIZATION_NAME,
    serviceName: values.SERVICE_NAME,
    passwordMinLength: values.PASSWORD_MIN_LENGTH,
    invitationLifetimeHours: values.INVITATION_LIFETIME_HOURS,
    passwordResetLifetimeMinutes: values.PASSWORD_RESET_LIFETIME_MINUTES,
    eraseDeletedAfterDays: values.ERASE_DELETED_AFTER_DAYS,
    mailLinkHosts: values.MAIL_LINK_HOSTS,
    trustedProxies: values.TRUSTED_PROXIES,
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

function parse<T>(schema: z.ZodType<T>, env: Record<string, string | undefined>): T {
  const parsed = schema.safeParse(emptyAsAbsent(env));
  if (parsed.success) return parsed.data;
  throw new SettingsError(
    parsed.error.issues.map((issue) => `${issue.path.join('.')}: expected ${issue.message}`),
  );
}

function problemsBetween(values: Environment): string[] {
  const problems: string[] = [];
  const need = (isMissing: boolean, problem: string) => {
    if (isMissing) problems.push(problem);
  };
  const hasSlack = values.SLACK_BOT_TOKEN !== undefined;
  const hasOther = Boolean(values.SLACK_SIGNING_SECRET || values.SLACK_APP_TOKEN);
  need(
    hasSlack && !hasOther,
    'SLACK_SIGNING_SECRET: needed beside SLACK_BOT_TOKEN, unless SLACK_APP_TOKEN is set for Socket Mode',
  );
  need(!hasSlack && hasOther, 'SLACK_BOT_TOKEN: needed beside the other Slack settings, xoxb-…');
  need(
    !values.RESEND_API_KEY && !mayHavePlayground(values),
    "RESEND_API_KEY: needed, because the playground's inbox exists only on this machine and without Slack settings",
  );
  need(
    Boolean(values.RESEND_API_KEY) && !values.MAIL_FROM,
    'MAIL_FROM: needed beside RESEND_API_KEY, such as Example APIs <apis@example.com>',
  );
  if (values.NODE_ENV !== 'production') return problems;
  need(
    !values.DATABASE_URL,
    'DATABASE_URL: needed in production, postgres://user:password@host:5432/database',
  );
  need(
    !values.SECRET_KEY,
    'SECRET_KEY: needed in production; make one with `openssl rand -base64 32` and keep it',
  );
  need(!hasSlack, 'SLACK_BOT_TOKEN: needed in production, xoxb-…');
  need(!values.PUBLIC_URL?.startsWith('https://'), 'PUBLIC_URL: needed in production, and https');
  need(!values.SUPPORT_EMAIL, 'SUPPORT_EMAIL: needed in production, whom developers write to');
  return problems;
}

function mayHavePlayground(values: Environment): boolean {
  const publicHost = values.PUBLIC_URL ? new URL(values.PUBLIC_URL).hostname : 'localhost';
  return (
    values.NODE_ENV !== 'production' &&
    !values.SLACK_BOT_TOKEN &&
    LOOPBACK.includes(values.HOST) &&
    [...LOOPBACK, '[::1]'].includes(publicHost)
  );
}
