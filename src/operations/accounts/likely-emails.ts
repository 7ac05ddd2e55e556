import { z } from 'zod';
import { hasAccountAt, listNewestDomains } from '../../db/accounts/domains.ts';
import { listRules } from '../../db/accounts/rules.ts';
import { canonicalEmail } from '../../domain/email-address.ts';
import { likelyEmail } from '../../domain/likely-email.ts';
import { domainOf } from '../../domain/rule.ts';
import { type Act, ADMINS, DEVELOPERS, defineOperation, input } from '../frame/operation.ts';

const MAX_EMAILS = 50;
const ALL_RULES = 1_000;

/**
 * For each email whose domain is likely mistyped, the one that was likely meant: at a common mail domain, and for operators
 * also at a domain that this service knows. Never for an email at a domain that is known here. A developer is told of the
 * common ones alone, because the others would tell who is a customer here.
 * Source: safety T146.
 */
export const likelyEmails = defineOperation({
  name: 'accounts/likely-emails',
  allowed: [...DEVELOPERS, ...ADMINS],
  effect: 'read',
  input: { emails: z.array(input.email).max(MAX_EMAILS) },
  async run(act, { emails }): Promise<Record<string, string>> {
    const isOperator = act.actor.kind !== 'developer';
    // Most emails are at none that is like another, and cost no query.
    const known = isOperator || emails.some((email) => likelyEmail(email)) ? await namedDomains(act) : [];
    const newest = isOperator ? await listNewestDomains(act.tx, act.service.id) : [];
    const found: Record<string, string> = {};
    for (const email of emails) {
      const canonical = canonicalEmail(email);
      if (canonical === null || known.includes(domainOf(canonical))) continue;
      const likely = likelyEmail(email, isOperator ? [...known, ...newest] : []);
      if (!likely) continue;
      if (isOperator && (await hasAccountAt(act.tx, act.service.id, domainOf(canonical)))) continue;
      found[email] = likely;
    }
    return found;
  },
});

/** The domains that rules and the settings of providers name. */
async function namedDomains({ tx, service, policy }: Act): Promise<string[]> {
  const rules = await listRules(tx, service.id).rows({ limit: ALL_RULES });
  return [
    ...rules.map(({ domain }) => domain.replace('*.', '')),
    ...policy.signIn.providers.flatMap(({ domains }) => domains),
  ];
}
