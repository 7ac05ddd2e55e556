import { z } from 'zod';
import { listNewcomers, listRules, type Newcomer } from '../../db/accounts/rules.ts';
import { fullName } from '../../domain/person-name.ts';
import { ruleFor } from '../../domain/rule.ts';
import { ADMINS, defineOperation, input } from '../frame/operation.ts';
import { demandFreeDomain, demandGifts, ruleFields } from './input.ts';
import { type Entry, entryBy } from './rule.ts';

const PEOPLE = 100;
const ALL_RULES = 1_000;

/** By their names, or the email of one who has none. */
export type TriedPeople = {
  /** How many people it was tried on. */
  tried: number;
  /** Those that the rule concerns who signed up, by what would have become of them. */
  signedUp: Record<Entry, string[]>;
  /** Those that it concerns who were invited: they come in anyway. */
  invited: string[];
  /** How many sign-ups would have ended otherwise than by the rules of now. */
  changed: number;
};

/**
 * What a rule would have done to the last 100 people who signed up or were invited, before it is saved: a new one, with
 * `ruleId` in place of that one, and with `rule` null instead what happens once that one is deleted. Changes nothing.
 * Errors: those of saving it.
 */
export const tryRule = defineOperation({
  name: 'rules/try',
  allowed: ADMINS,
  effect: 'read',
  input: { ruleId: input.rowId.optional(), rule: z.strictObject(ruleFields).nullable() },
  async run(act, { ruleId, rule }): Promise<TriedPeople & Awaited<ReturnType<typeof demandGifts>>> {
    const serviceId = act.service.id;
    if (rule) await demandFreeDomain(act, rule.domain, ruleId);
    const present = await listRules(act.tx, serviceId).rows({ limit: ALL_RULES });
    const others = present.filter(({ id }) => id !== ruleId);
    const next = [...others, ...(rule ? [{ ...rule, id: null }] : [])];
    // Without the rule, it concerns those that fell under it.
    const [concerning, concerned] = rule ? [next, null] : [present, ruleId];
    const people = await listNewcomers(act.tx, serviceId, PEOPLE);
    const touched = people.filter((one) => {
      const found: { id: string | null } | null = ruleFor(concerning, one.emailCanonical);
      return found !== null && found.id === concerned;
    });
    const setting = act.policy.signUp === 'off' ? 'approval' : act.policy.signUp;
    const entryIn = (rules: typeof next | typeof present, one: Newcomer): Entry =>
      entryBy(ruleFor(rules, one.emailCanonical), setting);
    const signUps = touched.filter(({ isInvited }) => !isInvited);
    const named = (entry: Entry) => signUps.filter((one) => entryIn(next, one) === entry).map(nameOf);
    return {
      tried: people.length,
      signedUp: { open: named('open'), approval: named('approval'), refused: named('refused') },
      invited: touched.filter(({ isInvited }) => isInvited).map(nameOf),
      changed: signUps.filter((one) => entryIn(next, one) !== entryIn(present, one)).length,
      ...(rule ? await demandGifts(act, rule) : { groups: [], products: [] }),
    };
  },
});

const nameOf = (one: Newcomer): string => fullName(one) || one.email;
