// A database that was brought back from a backup has forgotten what was taken away since: it is taken away again.
import { DomainError } from '../domain/domain-error.ts';
import { lastChanges, type PastChange } from '../domain/past-changes.ts';
import { blockAccount } from './accounts/block.ts';
import { deleteAccount } from './accounts/delete.ts';
import { needsSecondOperator, WaitsForApproval } from './approval.ts';
import type { Context } from './context.ts';
import { MAX_REASON_LENGTH } from './input.ts';
import { withdrawFromConsole } from './operators/withdraw-from-console.ts';
import { compareRecovered, MAX_COMPARED } from './recoveries/compare.ts';

export type Verdict =
  | 'to be repeated'
  /** A later change counts instead. */
  | 'overtaken'
  | 'so already'
  | 'over by now'
  | 'not found';
export type JudgedChange = PastChange & { verdict: Verdict; label: string };

type Standing = { state: string; blockEndsAt: Date | null; label: string };

/** Says of each block, deletion and withdrawal, oldest first, whether it is still to be repeated; changes nothing. */
export async function judgeChanges(
  context: Context,
  changes: readonly PastChange[],
): Promise<JudgedChange[]> {
  const last = lastChanges(changes);
  const taking = changes
    .filter(({ isTaking }) => isTaking)
    .toSorted((one, other) => (one.id < other.id ? -1 : 1));
  const judged: JudgedChange[] = [];
  for (let from = 0; from < taking.length; from += MAX_COMPARED) {
    const some = taking.slice(from, from + MAX_COMPARED);
    const idsOf = (kind: string) => [
      ...new Set(some.filter(({ target }) => target.kind === kind).map(({ target }) => target.id)),
    ];
    const now = await compareRecovered(context, {
      accountIds: idsOf('account'),
      operators: idsOf('operator'),
    });
    const accounts = new Map<string, Standing>(now.accounts.map((account) => [account.id, account]));
    const roles = new Map(now.operators.map(({ id, role }) => [id, role]));
    for (const change of some) {
      const { kind, id } = change.target;
      const verdict = !last.has(change.id)
        ? 'overtaken'
        : kind === 'operator'
          ? judgeRole(change, roles.get(id) ?? null)
          : judgeAccount(change, accounts.get(id), context.clock());
      judged.push({ ...change, verdict, label: accounts.get(id)?.label ?? '' });
    }
  }
  return judged;
}

function judgeAccount({ left, until }: PastChange, account: Standing | undefined, now: Date): Verdict {
  if (!account) return 'not found';
  if (account.state === 'deleted') return 'so already';
  if (left === 'deleted') return 'to be repeated';
  if (until && until <= now) return 'over by now';
  if (account.state !== 'blocked') return 'to be repeated';
  // Of two ends the later one holds; none is the latest.
  const isLonger = account.blockEndsAt !== null && (until === null || until > account.blockEndsAt);
  return isLonger ? 'to be repeated' : 'so already';
}

function judgeRole({ left }: PastChange, role: string | null): Verdict {
  if (left === 'approver') return role === 'admin' ? 'to be repeated' : 'so already';
  return role ? 'to be repeated' : 'so already';
}

/**
 * Repeats one change as the ordinary operation, in the name of whoever is at the console. Says `done`, that it waits for a
 * second operator, or that it was refused, with the code. A deletion that waits is a block until somebody agrees.
 */
export async function repeatChange(context: Context, change: JudgedChange, why: string): Promise<string> {
  const at = change.at.toISOString().slice(0, 16).replace('T', ' ');
  const first = `${change.by}, ${at} UTC${change.reason ? `: ${change.reason}` : ''}`;
  const reason = `${why} (first by ${first})`.slice(0, MAX_REASON_LENGTH);
  try {
    await carryOut(context, change, reason);
    return 'done';
  } catch (error) {
    if (error instanceof WaitsForApproval) return 'waits for a second operator';
    if (error instanceof DomainError) return `refused (${error.code})`;
    throw error;
  }
}

async function carryOut(context: Context, change: JudgedChange, reason: string): Promise<void> {
  const { target, left, until } = change;
  if (target.kind === 'operator') {
    const [teamId = '', userId = ''] = target.id.split('/');
    const keep = left === 'approver' ? 'approver' : 'none';
    await withdrawFromConsole({ ...context, reason }, { teamId, userId, keep });
    return;
  }
  // Whom it concerns was told when it was done first.
  const about = { accountId: target.id, reason, tellDeveloper: false };
  if (left === 'blocked') {
    await blockAccount(context, { ...about, end: until ? hoursUntil(until, context.clock()) : '' });
    return;
  }
  if (needsSecondOperator(context, deleteAccount.operation)) await blockMeanwhile(context, about);
  await deleteAccount(context, about);
}

async function blockMeanwhile(
  context: Context,
  about: { accountId: string; reason: string; tellDeveloper: boolean },
): Promise<void> {
  const { accounts } = await compareRecovered(context, { accountIds: [about.accountId] });
  if (accounts[0]?.state !== 'blocked') await blockAccount(context, about);
}

/** Whole hours, and rather one more than too few. */
const hoursUntil = (until: Date, now: Date) =>
  `${Math.max(1, Math.ceil((until.getTime() - now.getTime()) / 3_600_000))}h`;
