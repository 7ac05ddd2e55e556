// What a request must pass before an operation hears of it: where it comes from, its form, and how often it may ask.
import { parseEmailAddress } from '../domain/email-address.ts';
import { rateKey } from '../http/client-address.ts';
import type { Allowance, LimitName, RateLimits } from '../http/rate-limit.ts';
import { readForm } from '../http/read-form.ts';
import { HttpRefusal } from '../http/refusal.ts';
import { demandSameOrigin } from '../http/same-origin.ts';
import type { Policy } from '../operations/context.ts';
import type { Web } from './site.tsx';

type Form = ReadonlyMap<string, string>;

export type Gate = {
  /** A form of our own page. Refuses one from elsewhere (403) and one that can be read in two ways (400, 415). */
  form(c: Web): Promise<Form>;
  /** A form that carries a ticket. Also refuses (429) whoever sends too many, or had too many wrong ones. */
  ticketForm(c: Web): Promise<Form>;
  /** Before a ticket is looked up for a page: refuses (429) whoever had too many wrong ones. */
  beforeTicket(c: Web): Promise<void>;
  /** Counts a ticket that was none, for 20 a minute from one address (safety T35). */
  wrongTicket(c: Web): Promise<void>;
  /**
   * Whether a request for a link may be passed on. Too many from one address are refused (429); too many for one e-mail
   * address are not passed on, and the caller answers them like all others, or everybody could see who asked.
   * Errors: `email_invalid`.
   */
  mayAskFor(c: Web, what: 'forgot' | 'requestAgain', email: string): Promise<boolean>;
};

/** Fails closed: while the counts can't be read, every request that needs one is refused with 503. */
export function createGate({ limits, policy }: { limits: RateLimits; policy: Policy }): Gate {
  const addressOf = (c: Web) => rateKey(c.env.facts.address);
  const take = async (limit: LimitName, key: string) => demand(await limits.take(limit, key));
  const beforeTicket = async (c: Web) => demand(await limits.look('wrongTickets', addressOf(c)));
  const form = (c: Web) => {
    // No form here rides on a session; one that will must not hide its origin.
    demandSameOrigin(c.req.raw.headers, policy.publicUrl, { mayHideOrigin: true });
    return readForm(c.req.raw);
  };
  return {
    form: async (c) => form(c),
    async ticketForm(c) {
      const fields = await form(c);
      await take('ticketPosts', addressOf(c));
      await beforeTicket(c);
      return fields;
    },
    beforeTicket,
    async wrongTicket(c) {
      await limits.take('wrongTickets', addressOf(c));
    },
    async mayAskFor(c, what, email) {
      await take(`${what}PerAddress`, addressOf(c));
      const { canonical } = parseEmailAddress(email);
      const forEmail = await limits.take(`${what}PerEmail`, canonical);
      if (!forEmail.isAllowed && forEmail.isStoreDown) demand(forEmail);
      return forEmail.isAllowed;
    },
  };
}

function demand(allowance: Allowance): void {
  if (allowance.isAllowed) return;
  const code = allowance.isStoreDown ? 'unavailable' : 'too_many_requests';
  throw new HttpRefusal(code, allowance.retryAfterSeconds);
}
