// Settings that need another setting.
import { readFileSync } from 'node:fs';
import { readScannerKeys } from '../web/scanner-keys.ts';
import { readTlsPair, type TlsFiles } from '../web/tls.ts';
import { findAzureProblems } from './azure-settings.ts';
import { findBrandProblems } from './brand-settings.ts';
import { findSignInProblems } from './sign-in-settings.ts';

export type Environment = Record<string, string | undefined>;

const LOOPBACK = ['127.0.0.1', 'localhost', '::1'];

/** One line for each missing setting that others require. Checks which settings are set, so bad values don't stop it. */
export function findDependentProblems(env: Environment): string[] {
  const problems: string[] = [];
  const need = (isMissing: boolean, problem: string) => {
    if (isMissing) problems.push(problem);
  };
  const hasSlack = Boolean(env.SLACK_BOT_TOKEN);
  const hasOther = Boolean(env.SLACK_SIGNING_SECRET || env.SLACK_APP_TOKEN);
  need(
    hasSlack && !hasOther,
    'SLACK_SIGNING_SECRET: needed with SLACK_BOT_TOKEN, unless SLACK_APP_TOKEN is set for Socket Mode',
  );
  need(!hasSlack && hasOther, 'SLACK_BOT_TOKEN: needed with the other Slack settings, xoxb-…');
  need(
    !env.RESEND_API_KEY && !mayHavePlayground(env),
    "RESEND_API_KEY: needed, because the playground's inbox exists only on this machine and without Slack settings",
  );
  need(
    Boolean(env.RESEND_API_KEY) && !env.MAIL_FROM,
    'MAIL_FROM: needed with RESEND_API_KEY, such as Example APIs <apis@example.com>',
  );
  need(Boolean(env.TLS_CERT_FILE) && !env.TLS_KEY_FILE, 'TLS_KEY_FILE: needed with TLS_CERT_FILE');
  need(Boolean(env.TLS_KEY_FILE) && !env.TLS_CERT_FILE, 'TLS_CERT_FILE: needed with TLS_KEY_FILE');
  if (env.TLS_CERT_FILE && env.TLS_KEY_FILE)
    problems.push(...tlsProblems({ certFile: env.TLS_CERT_FILE, keyFile: env.TLS_KEY_FILE }));
  problems.push(
    ...oidcProblems(env),
    ...findAzureProblems(env),
    ...findSignInProblems(env),
    ...findBrandProblems(env),
    ...leakProblems(env),
  );
  if (env.NODE_ENV !== 'production') return problems;
  need(
    !env.DATABASE_URL,
    'DATABASE_URL: needed in production, such as postgres://user:password@host:5432/database',
  );
  need(
    !env.SECRET_KEY,
    'SECRET_KEY: needed in production; make one with `openssl rand -base64 32`, and keep it',
  );
  need(!hasSlack && !hasOther, 'SLACK_BOT_TOKEN: needed in production, xoxb-…');
  need(!env.PUBLIC_URL?.startsWith('https://'), 'PUBLIC_URL: needed in production, with https://');
  need(
    !env.GATEWAY_SECRET,
    'GATEWAY_SECRET: needed in production: the secret that your gateway sends in X-Gateway-Secret, or none',
  );
  need(!env.SUPPORT_EMAIL, 'SUPPORT_EMAIL: needed in production: the email that developers write to');
  return problems;
}

/** Of the agent beside a gateway. */
export const findAgentProblems = (env: Environment): string[] =>
  env.GATEWAY_FOLLOW_SECRET
    ? []
    : [
        'GATEWAY_FOLLOW_SECRET: needed, the same as the server has; make one with `openssl rand -hex 32`, and start the server with it',
      ];

const OIDC_SETTINGS = {
  MANAGEMENT_OIDC_ISSUER:
    'the issuer as its tokens name it, such as https://login.microsoftonline.com/{tenant}/v2.0',
  MANAGEMENT_OIDC_AUDIENCE: 'the audience of its tokens, such as api://apim-user',
  MANAGEMENT_OIDC_ROLES:
    'which claims give which role, such as roles:ApimAdmin=admin,roles:ApimReader=reader',
};

/** All of them or none: an issuer without an audience would let in tokens that are for another app. */
function oidcProblems(env: Environment): string[] {
  const all = Object.entries(OIDC_SETTINGS);
  const hasAny = Boolean(env.MANAGEMENT_OIDC_PERSON_CLAIM) || all.some(([name]) => env[name]);
  if (!hasAny) return [];
  return all
    .filter(([name]) => !env[name])
    .map(([name, what]) => `${name}: needed with the other MANAGEMENT_OIDC settings, ${what}`);
}

function tlsProblems(files: TlsFiles): string[] {
  try {
    readTlsPair(files);
    return [];
  } catch (error) {
    return [`TLS_CERT_FILE: ${error instanceof Error ? error.message : 'unusable'}`];
  }
}

function leakProblems({
  LEAKED_KEYS: rule,
  LEAKED_KEYS_SOURCE: url,
  LEAKED_KEYS_FILE: file,
}: Environment): string[] {
  if (url) return file ? ['LEAKED_KEYS_FILE: either this or LEAKED_KEYS_SOURCE, not both'] : [];
  if (!file)
    return rule
      ? [
          'LEAKED_KEYS_SOURCE: needed with LEAKED_KEYS, such as https://api.github.com/meta/public_keys/secret_scanning',
        ]
      : [];
  try {
    readScannerKeys(readFileSync(file, 'utf8'));
    return [];
  } catch {
    return ["LEAKED_KEYS_FILE: expected a file with a scanner's public keys, as docs/leaked-keys.md has it"];
  }
}

function mayHavePlayground(env: Environment): boolean {
  const { PUBLIC_URL: publicUrl = '' } = env;
  const publicHost = URL.canParse(publicUrl) ? new URL(publicUrl).hostname : 'localhost';
  return (
    env.NODE_ENV !== 'production' &&
    !env.SLACK_BOT_TOKEN &&
    LOOPBACK.includes(env.HOST ?? '127.0.0.1') &&
    [...LOOPBACK, '[::1]'].includes(publicHost)
  );
}
