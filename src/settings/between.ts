// What settings need of each other.
import { readTlsPair, type TlsFiles } from '../web/tls.ts';

/** What is set, as it stands in the environment. */
export type Given = Record<string, string | undefined>;

const LOOPBACK = ['127.0.0.1', 'localhost', '::1'];

/** What is missing beside what is there. Asks only whether a setting is given, so that it is told beside bad ones too. */
export function problemsBetween(given: Given): string[] {
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
