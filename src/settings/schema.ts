// Every setting on its own: its default, and for operators, what a good value looks like.
import { z } from 'zod';
import { AZURE_ENDPOINTS } from '../domain/azure-instance.ts';
import { isServiceName } from '../domain/service-name.ts';
import { ENGLISH, LANGUAGES } from '../languages/languages.ts';
import { DEFAULT_PLACE, isResourceGroup } from '../management/address.ts';
import { PRECONDITIONS } from '../management/if-match.ts';
import { readIssuer, readRoleRules } from '../management/oidc-settings.ts';
import { isDelegationKey } from '../security/delegation-signature.ts';
import { isSecretKey } from '../security/keyring.ts';
import { readTrustedProxies } from '../web/client-address.ts';
import { readEndpoint, readInstanceId, readPortalUrl } from './azure-settings.ts';
import { BRAND_SCHEMA } from './brand-settings.ts';

const PORT = 'a port number, 0 to 65535';
const number = (what: string, min: number, max: number) =>
  z.coerce.number(what).int(what).min(min, what).max(max, what);
export const split = (text: string) =>
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
/** `name` or `name:port`, spelled as a URL's host. Otherwise it would never match a link. */
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
/** Pages and links are at the root, so a path would be lost or doubled. */
const isOrigin = (text: string) => URL.canParse(text) && new URL(text).href === `${new URL(text).origin}/`;
const address = z.string().regex(/^[^\s@]+@[^\s@]+\.[^\s@]+$/, 'an email such as support@example.com');

const serviceNames = list.refine(
  (names) => new Set(names).size === names.length && names.every((name) => isServiceName(name)),
  'different names with commas between, each of at most 30 small letters, digits and hyphens, such as staging',
);

/** Reports the error of a reader as a problem of the setting. Readers throw texts for operators. */
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

const listed = (words: string[]) => new Intl.ListFormat('en-GB', { type: 'disjunction' }).format(words);

/** Where the public keys of a scanner are. Throws an Error that says what to write. */
function readScannerUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  const isLocal = url?.protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
  if (url && !url.username && (url.protocol === 'https:' || isLocal)) return url.href;
  throw new Error(
    'the https:// address of the scanner’s public keys, such as https://api.github.com/meta/public_keys/secret_scanning',
  );
}

const MAX_MORE_THAN = 10_000;
const MORE_THAN = 'a number of accounts, 0 to 10000, or none';
const MAX_ALERT_ADDRESSES = 20;
const MAX_AUDIENCES = 10;
/** Gateways send these headers with another meaning. */
const OUR_HEADERS = ['ocp-apim-subscription-key', 'x-gateway-secret'];

export const SETTINGS_SCHEMA = z.object({
  NODE_ENV: z.string().default('development'),
  HOST: z.string().default('127.0.0.1'),
  PORT: number(PORT, 0, 65_535).default(3_000),
  PUBLIC_URL: z
    .url({
      protocol: /^https?$/,
      error: 'the URL that people open, such as https://developers.example.com',
    })
    .refine(isOrigin, 'a URL without a path or question mark, such as https://developers.example.com')
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
    .default('accounts/delete,azure/set-mode')
    .transform((text) => (text.trim() === 'none' ? [] : split(text))),
  SECOND_OPERATOR_FOR_MORE_THAN: z
    .union([z.literal('none').transform(() => null), number(MORE_THAN, 0, MAX_MORE_THAN)], MORE_THAN)
    .default(10),
  MEMBER_REQUESTS: z.enum(['on', 'off'], 'on or off').default('on'),
  SIGN_UP: z.enum(['off', 'approval', 'open'], 'off, approval or open').default('off'),
  PASSWORD_SIGN_IN: z.enum(['on', 'off'], 'on or off').default('on'),
  SIGN_IN_PROVIDERS: z.string().optional(),
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
      'an email, or a name with one: Example APIs <apis@example.com>',
    )
    .optional(),
  MAIL_LINK_HOSTS: hosts,
  OPENAPI_HOSTS: hosts,
  WEBHOOK_HOSTS: hosts,
  SUPPORT_EMAIL: address.optional(),
  ALERT_EMAIL: list.refine(
    (all) => all.length <= MAX_ALERT_ADDRESSES && all.every((one) => address.safeParse(one).success),
    `up to ${MAX_ALERT_ADDRESSES} emails with commas between, such as oncall@example.com`,
  ),
  ORGANIZATION_NAME: z.string().max(100, 'at most 100 characters').default('Example Corp'),
  // Not LANGUAGE, which many systems set for their own programs.
  DEFAULT_LANGUAGE: z.enum(Object.keys(LANGUAGES), listed(Object.keys(LANGUAGES))).default(ENGLISH.tag),
  ...BRAND_SCHEMA,
  SERVICE_NAME: z.string().max(50, 'at most 50 characters').default('default'),
  SERVICES: serviceNames,
  SERVICE: z.string().trim().optional(),
  PASSWORD_MIN_LENGTH: number('8 to 64 characters', 8, 64).default(15),
  INVITATION_LIFETIME_HOURS: number('1 to 720 hours', 1, 720).default(48),
  PASSWORD_RESET_LIFETIME_MINUTES: number('5 to 1440 minutes', 5, 1_440).default(60),
  ERASE_DELETED_AFTER_DAYS: number('0 to 365 days', 0, 365).default(7),
  TRUSTED_PROXIES: proxies,
  GATEWAY_URL: z
    .url({ protocol: /^https?$/, error: 'the URL that programs call, such as https://api.example.com' })
    .refine(
      (text) => !/[?#@]/.test(text),
      'a URL without a question mark or password, such as https://api.example.com/v1',
    )
    .optional(),
  GATEWAY_SECRET: z
    .string()
    .refine(
      (text) => text === 'none' || /^[\x21-\x7e]{16,}$/.test(text),
      'the secret that your gateway sends in X-Gateway-Secret, at least 16 characters without spaces; or none',
    )
    .optional(),
  GATEWAY_FOLLOW_SECRET: z
    .string()
    .regex(
      /^[\x21-\x7e]{32,}$/,
      'the secret of the agents beside your gateways, at least 32 characters without spaces; make one with `openssl rand -hex 32`',
    )
    .optional(),
  GATEWAY_SOURCE_URL: z
    .string()
    .refine(
      (text) => /^https?:/.test(text) && isOrigin(text.replace(/\/services\/[a-z0-9-]+\/?$/, '')),
      'the URL of the server without a path, such as http://10.0.0.5:3001; for one of several services with /services/ and its name',
    )
    .optional(),
  GATEWAY_SOCKET: z.string().optional(),
  GATEWAY_URI_HEADER: z
    .string()
    .trim()
    .toLowerCase()
    .refine(
      (name) => /^[!#$%&'*+.^_`|~a-z0-9-]+$/.test(name) && !OUR_HEADERS.includes(name),
      'the name of the header with the original URL, such as X-Forwarded-Uri; or path',
    )
    .default('x-original-uri'),
  GATEWAY_STALE_SECONDS: number('0 to 86400 seconds', 0, 86_400).default(0),
  INTERNAL_HOST: z.string().optional(),
  INTERNAL_PORT: number(PORT, 0, 65_535).optional(),
  MANAGEMENT_OIDC_ISSUER: z.string().transform(readBy(readIssuer)).optional(),
  MANAGEMENT_OIDC_AUDIENCE: list
    .refine(
      (all) => all.length <= MAX_AUDIENCES && all.every((one) => one.length <= 255),
      `up to ${MAX_AUDIENCES} audiences with commas between, such as api://apim-user`,
    )
    .optional(),
  MANAGEMENT_OIDC_ROLES: z.string().transform(readBy(readRoleRules)).optional(),
  MANAGEMENT_OIDC_PERSON_CLAIM: z.string().trim().max(200, 'the name of a claim, such as email').optional(),
  MANAGEMENT_PRECONDITIONS: z.enum(PRECONDITIONS, 'lenient or strict').default('lenient'),
  MANAGEMENT_CLIENT_CREDENTIALS: z.enum(['on', 'off'], 'on or off').default('off'),
  MANAGEMENT_SUBSCRIPTION_ID: z
    .guid('a subscription id of Azure, such as 5a1b0f3e-6a0c-4b0e-9a52-0c7a4d6f2b11')
    .default(DEFAULT_PLACE.subscriptionId),
  MANAGEMENT_RESOURCE_GROUP: z
    .string()
    .refine(isResourceGroup, "a resource group's name, such as rg1")
    .default(DEFAULT_PLACE.resourceGroup),
  AZURE_API_MANAGEMENT: z.string().transform(readBy(readInstanceId)).optional(),
  AZURE_RESOURCE_MANAGER: z.string().default(AZURE_ENDPOINTS[0]).transform(readBy(readEndpoint)),
  AZURE_TOKEN_FILE: z.string().optional(),
  AZURE_KEYS: z.enum(['left', 'mirrored'], 'left or mirrored').default('left'),
  AZURE_EVENTS_SECRET: z
    .string()
    .regex(
      /^[\x21-\x7e]{32,}$/,
      'the secret that Event Grid sends, at least 32 characters without spaces; make one with `openssl rand -hex 32`',
    )
    .optional(),
  AZURE_DELEGATION_KEY: z
    .string()
    .trim()
    .refine(isDelegationKey, 'the delegation validation key, in base64 as Azure shows it')
    .optional(),
  AZURE_DEVELOPER_PORTAL_URL: z.string().transform(readBy(readPortalUrl)).optional(),
  LEAKED_KEYS: z.enum(['ask', 'end'], 'ask or end').default('ask'),
  LEAKED_KEYS_SOURCE: z.string().transform(readBy(readScannerUrl)).optional(),
  LEAKED_KEYS_FILE: z.string().optional(),
  LOG_LEVEL: z
    .enum(['debug', 'info', 'warn', 'error', 'fatal', 'silent'], 'debug, info, warn, error, fatal or silent')
    .default('info'),
});
