// What an action would do to one account.
import type { Account } from '../../db/accounts/accounts.ts';
import type { CutOff } from '../../db/accounts/cut-off.ts';
import { nextState } from '../../domain/account-state.ts';
import { isUnconfirmed } from '../accounts/mails.ts';
import { isUnconfirmedSignUp } from '../accounts/sign-up-rules.ts';
import type { AccountAction } from './action.ts';

type Planned = { leftOut: string | null; outcome: string };

const leaves = (why: string): Planned => ({ leftOut: why, outcome: '' });
const does = (outcome: string): Planned => ({ leftOut: null, outcome });

/** The words follow a count or an email: "12 already blocked". */
export function planAccount(
  account: Account,
  what: AccountAction,
  { cutOff, groupIds }: { cutOff: CutOff | undefined; groupIds: readonly string[] },
): Planned {
  const { state } = account;
  if (account.erasedAt || (state === 'deleted' && what.action !== 'delete')) return leaves('deleted');
  switch (what.action) {
    case 'block':
      return nextState(state, 'block') ? does('blocked') : leaves('already blocked');
    case 'activate':
      return planActivation(account);
    case 'delete': {
      if (!nextState(state, 'delete')) return leaves('already deleted');
      const has = cutOff?.subscriptions ?? 0;
      return has > 0 && !what.deleteSubscriptions ? leaves('with subscriptions') : does('deleted');
    }
    case 'resend':
      return isUnconfirmed(account) ? does('mailed again') : leaves('waiting for no link');
    case 'join':
      return what.groupIds.every((id) => groupIds.includes(id))
        ? leaves('already in the group')
        : does('added to the group');
    case 'leave':
      return what.groupIds.some((id) => groupIds.includes(id))
        ? does('removed from the group')
        : leaves('not in the group');
  }
}

/** A sign-up becomes active once its developer confirms the email. */
function planActivation(account: Account): Planned {
  if (!nextState(account.state, 'activate')) return leaves('already active');
  if (!isUnconfirmedSignUp(account)) return does('activated');
  return account.signUpApprovedAt ? leaves('waiting for their email') : does('approved');
}
