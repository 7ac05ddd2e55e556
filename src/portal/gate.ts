// What a request must pass before an operation hears of it: where it comes from, its form, and how often it may ask.
import { parseEmailAddress } from '../domain/email-address.ts';
import type { Policy } from '../operations/frame/context.ts';
import { rateKey } from '../web/client-address.ts';
import type { Allowance, LimitName, RateLimits } from '../web/rate-limit.ts';
import { readForm } from '../web/read-form.ts';
import { HttpRefusal } from '../web/refusal.ts';
import { demandSameOrigin } from '../web/same-origin.ts';
import type { Web } from './site.tsx';

type Form = ReadonlyMap<string, string>;

export type Gate = {
  /**
   * A form of our own page that no session rides on. Refuses one from elsewhere (403) and one that can be read in two ways
   * (400, 415).
   */
  form(c: Web): Promise<Form>;
  /** A form of a session, or that begins one: another site can't have it sent, also where browsers hide the origin. */
  sessionForm(c: Web): Promise<Form>;
  /**
   * A form that carries a ticket. Also refuses (429) whoever sends too many, or had too many wrong ones. One that
   * `beginsSession` is a form of a session.
   */
  ticketForm(c: Web, how?: { beginsSession: boolean }): Promise<Form>;
  /** Before a ticket is looked up for a page: refuses (429) whoever had too many wrong ones. */
  beforeTicket(c: Web): Promise<void>;
  /** Counts a ticket that was none, for 20 a minute from one address (safety T35). */
  wrongTicket(c: Web): Promise<void>;
  /**
   * Whether a request for a link may be passed on. Too many from one address are refused (429); too many for one e-mail
   * address are not passed on, and the caller answers them like all others, or everybody could see who asked.
   * Errors: `email_invalid`.
   */
  mayAskFor(c: Web, what: 'forgot' | 'requestAgain' | 'signUp', email: string): Promise<boolean>;
  /**
   * Before a password is looked at: refuses (429) whoever tries too often. Nobody can shut out the owner of an e-mail
   * address by guessing at it: from an address that has not tried yet, the right password still works.
   * Errors: `email_invalid`.
   */
  maySignIn(c: Web, email: string): Promise<void>;
  wrongPassword(email: string): Promise<void>;
  /** Before the password of somebody who is signed in is looked at again. */
  mayTryOwnPassword(accountId: string): Promise<void>;
  /** Before somebody who is signed in does what is limited: refuses (429) whoever does too much of it. */
  mayDo(what: 'ownAddress' | 'subscribe' | 'ownKeys', accountId: string): Promise<void>;
};

/** Fails closed: while the counts can't be read, every request that needs one is refused with 503. */
export function createGate({ limits, policy }: { limits: RateLimits; policy: Policy }): Gate {
  const addressOf = (c: Web) => rateKey(c.env.facts.address);
  const take = async (limit: LimitName, key: string) => demand(await limits.take(limit, key));
  const beforeTicket = async (c: Web) => demand(await limits.look('wrongTickets', addressOf(c)));
  const read = (c: Web, origin: { mayHideOrigin: boolean }) => {
    demandSameOrigin(c.req.raw.headers, policy.publicUrl, origin);
    return readForm(c.req.raw);
  };
  const form = (c: Web) => read(c, { mayHideOrigin: true });
  return {
    form: async (c) => form(c),
    sessionForm: async (c) => read(c, { mayHideOrigin: false }),
    async ticketForm(c, { beginsSession } = { beginsSession: false }) {
      const fields = await read(c, { mayHideOrigin: !beginsSession });
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
    async maySignIn(c, email) {
      await take('signInPerAddress', addressOf(c));
      const { canonical } = parseEmailAddress(email);
      const person = `${canonical} ${addressOf(c)}`;
      await take('signInPerPerson', person);
      const guessed = await limits.look('wrongPasswords', canonical);
      if (guessed.isAllowed) return;
      if (guessed.isStoreDown) demand(guessed);
      await take('signInWhileGuessed', person);
    },
    async wrongPassword(email) {
      await limits.take('wrongPasswords', parseEmailAddress(email).canonical);
    },
    mayTryOwnPassword: (accountId) => take('ownPassword', accountId),
    mayDo: take,
  };
}

function demand(allowance: Allowance): void {
  if (allowance.isAllowed) return;
  const code = allowance.isStoreDown ? 'unavailable' : 'too_many_requests';
  throw new HttpRefusal(code, allowance.retryAfterSeconds);
}
