// A list of accounts in words: which ones it has, and in which order.
import { accountSortIn, dayBoundIn, idleDaysIn } from '../../domain/account-filter.ts';
import type { AccountView } from '../../operations/accounts/account.ts';
import type { WantedAccounts } from '../../operations/accounts/wanted.ts';
import { capital, escapeText } from './text.ts';

/** "Blocked accounts without a sign-in or call for 90 days", in mrkdwn. What can't be read is left out, and refused when it's used. */
export function wantedText({ text, state, ...wanted }: WantedAccounts): string {
  const days = idleDaysIn(wanted.idle ?? '');
  const who = [
    ...(text ? [`match “${escapeText(text)}”`] : []),
    ...(wanted.neverSignedIn ? ['never signed in'] : []),
  ];
  const since = [
    ...(days ? [`without a sign-in or call for ${days === 1 ? 'a day' : `${days} days`}`] : []),
    ...boundText(wanted.lastCall, 'call'),
    ...boundText(wanted.lastSignIn, 'sign-in'),
  ];
  const accounts = state ? `${capital(state)} accounts` : 'Accounts';
  const those = who.length ? ` that ${who.join(' and ')}` : '';
  return `${accounts}${those}${since.length && those ? ',' : ''}${since.length ? ` ${since.join(' and ')}` : ''}`;
}

function boundText(typed: string | undefined, what: string): string[] {
  const bound = dayBoundIn(typed ?? '');
  if (!bound) return [];
  return [
    bound.side === 'before' ? `without a ${what} since ${bound.day}` : `with a ${what} after ${bound.day}`,
  ];
}

/** Whether it is about when people were last there, so that its rows say so. */
export const isAboutActivity = ({
  idle,
  neverSignedIn,
  lastCall,
  lastSignIn,
  sort,
}: WantedAccounts): boolean =>
  [idle, lastCall, lastSignIn].some(Boolean) ||
  neverSignedIn === true ||
  !['registered', undefined].includes(accountSortIn(sort ?? '')?.by);

/** "Last sign-in 2026-08-01 · last call never". Days are in UTC. */
export const activityText = ({ lastSignInOn, lastCallOn }: AccountView): string =>
  `Last sign-in ${lastSignInOn ?? 'never'} · last call ${lastCallOn ?? 'never'}`;
