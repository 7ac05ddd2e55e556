// Which accounts a list, an export or a change of many is about, and in which order.
import { z } from 'zod';
import { dayOf } from '../../db/accounts/activity.ts';
import type { AccountsWanted } from '../../db/accounts/lists.ts';
import {
  type AccountSort,
  accountSortIn,
  dayBoundIn,
  FILTER_HELP,
  idleDaysIn,
} from '../../domain/account-filter.ts';
import type { Act } from '../frame/context.ts';

const MAX_TEXT_LENGTH = 200;
const DAY_MS = 86_400_000;

/** A text that one of the readers of `domain/account-filter.ts` understands. */
const words = <Read>(read: (text: string) => Read | null, help: string) =>
  z
    .string()
    .max(40, help)
    .transform((text, context) => {
      const found = read(text);
      if (found !== null) return found;
      context.addIssue({ code: 'custom', message: help });
      return z.NEVER;
    })
    .optional();

/** `groupId`: in that custom group. `idle`: neither registered, nor signed in, nor called for so long. All of them must hold. */
export const wantedInput = {
  text: z.string().trim().max(MAX_TEXT_LENGTH).optional(),
  state: z.enum(['active', 'blocked', 'pending', 'deleted']).optional(),
  groupId: z.string().max(256).optional(),
  idle: words(idleDaysIn, FILTER_HELP.idle),
  neverSignedIn: z.boolean().default(false),
  lastCall: words(dayBoundIn, FILTER_HELP['last-call']),
  lastSignIn: words(dayBoundIn, FILTER_HELP['last-sign-in']),
  sort: words(accountSortIn, FILTER_HELP.sort),
};

const schema = z.strictObject(wantedInput);
/** As a surface gives it, and a button carries it. */
export type WantedAccounts = z.input<typeof schema>;

export function wantedOf({ now }: Pick<Act, 'now'>, input: z.output<typeof schema>): AccountsWanted {
  const { text, state, groupId, idle, neverSignedIn, lastCall, lastSignIn } = input;
  const idleBy = idle === undefined ? undefined : dayOf(new Date(now.getTime() - idle * DAY_MS));
  const activity = { idleBy, neverSignedIn, lastCall, lastSignIn };
  return { text, state, groupId, activity, sort: input.sort ?? usualSort(activity) };
}

/** The accounts come first that the question is about. */
function usualSort({ idleBy, lastCall, lastSignIn }: NonNullable<AccountsWanted['activity']>): AccountSort {
  const isReversed = false;
  if (idleBy !== undefined || lastCall?.side === 'before' || lastSignIn?.side === 'before')
    return { by: 'idle', isReversed };
  if (lastCall) return { by: 'last-call', isReversed };
  return { by: lastSignIn ? 'last-sign-in' : 'registered', isReversed };
}
