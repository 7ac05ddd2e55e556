// Reads the settings of the providers that developers sign in with. Each has settings with its name: `SIGN_IN_ENTRA_ISSUER`.
import { z } from 'zod';
import { readIssuer } from '../management/oidc-settings.ts';

type Environment = Record<string, string | undefined>;

export type SignInProviderSettings = {
  name: string;
  /** What Azure calls it in the `identities` of a user: `Aad`, `Google`. */
  kind: string;
  /** GitHub has OAuth only: who signed in, and with which emails, is asked of its API. */
  protocol: 'oidc' | 'github';
  /** Exactly as the provider's tokens name it. */
  issuer: string;
  clientId: string;
  /** Null: a public client, which PKCE alone protects. */
  clientSecret: string | null;
  scopes: string;
  /** On the button, after "Continue with". */
  label: string;
  /** The domains of emails that may sign up and connect, in lower case. Empty: all. */
  domains: readonly string[];
  signUp: 'off' | 'approval' | 'open';
  /** Whether signing out here signs out there too. */
  signsOut: boolean;
};

export type SignInSettings = {
  hasPasswords: boolean;
  providers: readonly SignInProviderSettings[];
};

const GITHUB = 'https://github.com';
const FIELDS = [
  'ISSUER',
  'CLIENT_ID',
  'CLIENT_SECRET',
  'SCOPES',
  'LABEL',
  'DOMAINS',
  'SIGN_UP',
  'SIGN_OUT',
  'KIND',
] as const;
type Field = (typeof FIELDS)[number];

const NAME = /^[a-z][a-z0-9-]{0,29}$/;
/** Would make the name of another setting, or the address of another page. */
const TAKEN_NAMES = ['providers', 'link', 'finish', 'new-password'];
const DOMAIN = /^[a-z0-9-]+(\.[a-z0-9-]+)+$/;
/** Everyone's tenants: their tokens name an issuer of their own, and anyone can make a tenant with any email in it. */
const MANY_TENANTS = /^\/(common|organizations|consumers|\{tenantid\}|%7btenantid%7d)(\/|$)/i;

const OWN = z.object({
  ISSUER: z.string(),
  CLIENT_ID: z.string().min(1).max(500),
  CLIENT_SECRET: z.string().optional(),
  SCOPES: z
    .string()
    .regex(/^[\x21-\x7e]+( [\x21-\x7e]+)*$/, 'scopes with spaces between, such as openid email profile')
    .optional(),
  LABEL: z.string().trim().max(40, 'at most 40 characters, such as Microsoft').optional(),
  DOMAINS: z
    .string()
    .default('')
    .transform(listOf)
    .refine(
      (all) => all.every((one) => DOMAIN.test(one)),
      'domains of emails with commas between, such as example.com',
    ),
  SIGN_UP: z.enum(['off', 'approval', 'open'], 'off, approval or open').optional(),
  SIGN_OUT: z.enum(['on', 'off'], 'on or off').default('off'),
  KIND: z
    .string()
    .regex(/^[A-Za-z0-9]{1,30}$/, 'what Azure calls it, such as Aad, AadB2C or Google; or github')
    .optional(),
});

function listOf(text: string): string[] {
  return text
    .split(',')
    .map((one) => one.trim().toLowerCase())
    .filter((one) => one !== '');
}

const settingName = (name: string, field: Field): string =>
  `SIGN_IN_${name.toUpperCase().replaceAll('-', '_')}_${field}`;

const ownOf = (env: Environment, name: string): Record<string, string | undefined> =>
  Object.fromEntries(FIELDS.map((field) => [field, env[settingName(name, field)]?.trim() || undefined]));

/** `none` is written for a service without the providers of the default one. */
export const namesOfProviders = (text: string | undefined): string[] =>
  listOf(text ?? '').filter((name) => name !== 'none');

/** The providers with these names. Their settings have been checked. */
export function readProviders(
  env: Environment,
  names: readonly string[],
  { signUp }: { signUp: SignInProviderSettings['signUp'] },
): SignInProviderSettings[] {
  return names.map((name) => {
    const own = withDefaults(ownOf(env, name));
    const values = OWN.parse(own);
    const kind = kindOf(values);
    const isGithub = kind === 'GitHub';
    return {
      name,
      kind,
      protocol: isGithub ? 'github' : 'oidc',
      issuer: readIssuer(values.ISSUER),
      clientId: values.CLIENT_ID,
      clientSecret: values.CLIENT_SECRET ?? null,
      scopes: values.SCOPES ?? (isGithub ? 'read:user user:email' : 'openid email profile'),
      label: values.LABEL ?? LABELS[kind] ?? name.charAt(0).toUpperCase() + name.slice(1),
      domains: values.DOMAINS,
      signUp: values.SIGN_UP ?? signUp,
      signsOut: values.SIGN_OUT === 'on',
    };
  });
}

const LABELS: Record<string, string> = { Aad: 'Microsoft', Google: 'Google', GitHub: 'GitHub', Okta: 'Okta' };

/** GitHub's own address needs no setting. */
const withDefaults = (own: Record<string, string | undefined>) =>
  own.KIND?.toLowerCase() === 'github' ? { ...own, ISSUER: own.ISSUER ?? GITHUB } : own;

function kindOf({ ISSUER, KIND }: z.output<typeof OWN>): string {
  if (KIND) return KIND.toLowerCase() === 'github' ? 'GitHub' : KIND;
  const { hostname } = new URL(ISSUER);
  if (ISSUER === GITHUB) return 'GitHub';
  if (/^login\.microsoftonline\.(com|us)$|\.ciamlogin\.com$/.test(hostname)) return 'Aad';
  if (hostname.endsWith('.b2clogin.com')) return 'AadB2C';
  if (hostname === 'accounts.google.com') return 'Google';
  if (/\.okta(preview|-emea)?\.com$/.test(hostname)) return 'Okta';
  return 'OpenIdConnect';
}

/** One line for each problem. `suffix` ends the names of a service's own settings. */
export function findSignInProblems(env: Environment, suffix = ''): string[] {
  const setting = `SIGN_IN_PROVIDERS${suffix}`;
  const names = namesOfProviders(env[setting]);
  const wrong = names.filter((name) => !NAME.test(name) || TAKEN_NAMES.includes(name));
  if (wrong.length > 0 || new Set(names).size < names.length)
    return [
      `${setting}: expected different names with commas between, each of small letters, digits and hyphens, such as entra,google`,
    ];
  const problems = names.flatMap((name) => problemsOf(env, name));
  const hasPasswords = (env[`PASSWORD_SIGN_IN${suffix}`] ?? env.PASSWORD_SIGN_IN) !== 'off';
  const hasProviders = namesOfProviders(env[setting] ?? env.SIGN_IN_PROVIDERS).length > 0;
  return hasPasswords || hasProviders
    ? problems
    : [...problems, `${setting}: needed with PASSWORD_SIGN_IN=off, or no one could sign in`];
}

const NEEDED: Partial<Record<Field, string>> = {
  ISSUER: 'the issuer as its tokens name it, such as https://accounts.google.com',
  CLIENT_ID: 'the id of this app at the provider',
};

function problemsOf(env: Environment, name: string): string[] {
  const own = withDefaults(ownOf(env, name));
  const missing = Object.entries(NEEDED).filter(([field]) => !own[field]);
  if (missing.length > 0)
    return missing.map(([field, what]) => `${settingName(name, field as Field)}: needed, ${what}`);
  const parsed = OWN.safeParse(own);
  const problems = (parsed.error?.issues ?? []).map(
    ({ path, message }) => `${settingName(name, path[0] as Field)}: expected ${message}`,
  );
  const fault = faultOfIssuer(own.ISSUER ?? '');
  return fault ? [...problems, `${settingName(name, 'ISSUER')}: expected ${fault}`] : problems;
}

function faultOfIssuer(text: string): string | null {
  try {
    const { hostname, pathname } = new URL(readIssuer(text));
    return /(^|\.)microsoftonline\./.test(hostname) && MANY_TENANTS.test(pathname)
      ? 'the issuer of one tenant, https://login.microsoftonline.com/TENANT-ID/v2.0; one for all tenants can’t be trusted with an email'
      : null;
  } catch (error) {
    return error instanceof Error ? error.message : 'a URL';
  }
}
