// What the settings say of the OIDC issuer, read once at the start.
import type { Grant, Role } from '../operations/frame/context.ts';

type Given = Role | 'reader' | Grant;

/** Who has this value in that claim is given a role, or a grant beside one. */
export type RoleRule = { claim: string; value: string; gives: Given };

export type OidcSettings = {
  /** As the tokens name it, to the letter. */
  issuer: string;
  /** A token is for one of these. */
  audiences: readonly string[];
  roles: readonly RoleRule[];
  /** The claim that says who of the workspace it is; null: the first of those that usually do. */
  personClaim: string | null;
};

const MAX_RULES = 100;
const GIVEN: readonly Given[] = ['admin', 'approver', 'reader', 'list-secrets', 'sso'];
const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]'];

/** Throws what a good one looks like. Plain HTTP is for an issuer on this machine alone: keys come from there. */
export function readIssuer(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && LOOPBACK.includes(url.hostname));
  if (url && isSafe && !url.search && !url.hash && !url.username) return text;
  throw new Error(
    'the issuer as its tokens name it, such as https://login.microsoftonline.com/{tenant}/v2.0, with https and without a question mark',
  );
}

/** Reads `roles:ApimAdmin=admin,groups:Support=approver`. A claim may be called by an address (`https://…/roles:x=admin`). Throws what is wrong with which. */
export function readRoleRules(text: string): RoleRule[] {
  const rules = text
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');
  if (rules.length === 0 || rules.length > MAX_RULES)
    throw new Error(
      `1 to ${MAX_RULES} rules with commas between, such as roles:ApimAdmin=admin,roles:ApimReader=reader`,
    );
  return rules.map((rule) => {
    const [, claim, value, gives] = /^((?:[^:]|:\/\/)+):(.+)=([\w-]+)$/.exec(rule) ?? [];
    const given = GIVEN.find((one) => one === gives);
    if (claim && value && given) return { claim, value, gives: given };
    throw new Error(
      `claim:value=role, where the role is one of ${GIVEN.join(', ')}, such as roles:ApimAdmin=admin; "${rule.slice(0, 80)}" is none`,
    );
  });
}
