// What a request must pass before an operation runs: its origin, the form of its body, and the rate limits.
import { parseEmailAddress } from '../domain/email-address.ts';
import type { Policy } from '../operations/frame/context.ts';
import type { recogniseTicket } from '../operations/tickets/recognise.ts';
import { rateKey } from '../web/client-address.ts';
import { demandAllowance, type LimitName, type RateLimits } from '../web/rate-limit.ts';
import { type FormFields, readForm } from '../web/read-form.ts';
import type { WebContext } from '../web/request-facts.ts';
import { demandSameOrigin, isSameOrigin } from '../web/same-origin.ts';

/** A ticket, and what the page that it came to is for. */
export type TicketClaim = Parameters<typeof recogniseTicket>[1];

/** Links whose form begins or changes a session. */
const SESSION_LINKS: readonly TicketClaim['purpose'][] = ['sign-in', 'session-proof'];

export type RequestGuard = {
  /** Reads a form without a session. Errors: 403 from another site, 400 or 415 when it can be read in two ways. */
  form(c: WebContext): Promise<FormFields>;
  /** Reads a form that uses or begins a session: never from another site, even where browsers hide the origin. */
  sessionForm(c: WebContext): Promise<FormFields>;
  /**
   * Reads a form with a ticket. Errors: also 429 for a wrong ticket after too many from one address, or too many forms with
   * one ticket.
   */
  ticketForm(c: WebContext, purpose: TicketClaim['purpose']): Promise<FormFields>;
  /** Whether a form proved that our own page sent it, as one that begins a session must. */
  provesOrigin(c: WebContext): boolean;
  /** To be called before a page opens a ticket. Errors: 429 for a wrong one after too many from one address. */
  beforeTicket(c: WebContext, claim: TicketClaim): Promise<void>;
  /** Counts a wrong ticket: 20 a minute from one address (safety T35). */
  countWrongTicket(c: WebContext): Promise<void>;
  /** For a ticket that turned out to be wrong: counts it. Errors: 429 for too many from one address. */
  refuseManyWrongTickets(c: WebContext): Promise<void>;
  /**
   * Whether to pass on a request for a link. Too many for one email are not passed on, and the caller answers them like
   * all others, so that the answer can't tell who asked. Errors: `email_invalid`, 429 for too many from one address.
   */
  mayRequestLink(c: WebContext, what: 'forgot' | 'requestAgain' | 'signUp', email: string): Promise<boolean>;
  /**
   * To be called before a password is compared. Guessing never locks out the owner of an email: from an address that has
   * not tried yet, the right password still works. Errors: `email_invalid`, 429.
   */
  beforeSignIn(c: WebContext, email: string): Promise<void>;
  countWrongPassword(email: string): Promise<void>;
  /** To be called before a browser is sent to a provider, and when it comes back. Errors: 429. */
  beforeProvider(c: WebContext): Promise<void>;
  /** To be called before a whole OpenAPI document is read. Errors: 429. */
  beforeDocument(c: WebContext): Promise<void>;
  /** To be called before a signed-in developer's password is compared again. Errors: 429. */
  beforeOwnPassword(accountId: string): Promise<void>;
  /** To be called before a signed-in developer does something that is limited. Errors: 429. */
  beforeAction(
    what: 'ownAddress' | 'subscribe' | 'ownKeys' | 'enterPortal',
    accountId: string,
  ): Promise<void>;
};

/** Fails closed: while the counts can't be read, every request that needs one is refused with 503. */
export function createRequestGuard(options: {
  limits: RateLimits;
  policy: Policy;
  isRightTicket: (c: WebContext, claim: TicketClaim) => Promise<boolean>;
}): RequestGuard {
  const { limits, policy, isRightTicket } = options;
  const addressOf = (c: WebContext) => rateKey(c.env.facts.address);
  const take = async (limit: LimitName, key: string) => {
    demandAllowance(await limits.take(limit, key));
  };
  const beforeTicket = async (c: WebContext, claim: TicketClaim) => {
    const wrongOnes = await limits.look('wrongTickets', addressOf(c));
    if (wrongOnes.isAllowed) return;
    if (wrongOnes.isStoreDown || !(await isRightTicket(c, claim))) demandAllowance(wrongOnes);
  };
  const read = (c: WebContext, origin: { mayHideOrigin: boolean }) => {
    demandSameOrigin(c.req.raw.headers, policy.publicUrl, origin);
    return readForm(c.req.raw);
  };
  return {
    form: async (c) => read(c, { mayHideOrigin: true }),
    sessionForm: async (c) => read(c, { mayHideOrigin: false }),
    async ticketForm(c, purpose) {
      const fields = await read(c, { mayHideOrigin: !SESSION_LINKS.includes(purpose) });
      const ticket = fields.get('ticket') ?? '';
      await beforeTicket(c, { purpose, ticket });
      await take('ticketPosts', ticket);
      return fields;
    },
    provesOrigin: (c) => isSameOrigin(c.req.raw.headers, policy.publicUrl),
    beforeTicket,
    async countWrongTicket(c) {
      await limits.take('wrongTickets', addressOf(c));
    },
    refuseManyWrongTickets: (c) => take('wrongTickets', addressOf(c)),
    async mayRequestLink(c, what, email) {
      await take(`${what}PerAddress`, addressOf(c));
      const { canonical } = parseEmailAddress(email);
      const forEmail = await limits.take(`${what}PerEmail`, canonical);
      if (!forEmail.isAllowed && forEmail.isStoreDown) demandAllowance(forEmail);
      return forEmail.isAllowed;
    },
    async beforeSignIn(c, email) {
      // Everyone behind an undeclared proxy has its address: one visitor's tries would shut out all the others.
      if (!c.env.facts.isBehindUndeclaredProxy) await take('signInPerAddress', addressOf(c));
      const { canonical } = parseEmailAddress(email);
      const person = `${canonical} ${addressOf(c)}`;
      await take('signInPerPerson', person);
      const guessed = await limits.look('wrongPasswords', canonical);
      if (guessed.isAllowed) return;
      if (guessed.isStoreDown) demandAllowance(guessed);
      await take('signInWhileGuessed', person);
    },
    async countWrongPassword(email) {
      await limits.take('wrongPasswords', parseEmailAddress(email).canonical);
    },
    async beforeProvider(c) {
      if (!c.env.facts.isBehindUndeclaredProxy) await take('providerSignIn', addressOf(c));
    },
    async beforeDocument(c) {
      if (!c.env.facts.isBehindUndeclaredProxy) await take('documents', addressOf(c));
    },
    beforeOwnPassword: (accountId) => take('ownPassword', accountId),
    beforeAction: take,
  };
}
