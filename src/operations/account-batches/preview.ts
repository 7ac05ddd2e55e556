import { z } from 'zod';
import { type Account, findAccounts, listGroupIdsOfAccounts } from '../../db/accounts/accounts.ts';
import { type CutOff, countCutOffs } from '../../db/accounts/cut-off.ts';
import { cursorOfAccount, listAccounts } from '../../db/accounts/lists.ts';
import { blockEnd } from '../../domain/block-end.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { fullName } from '../../domain/person-name.ts';
import { demandCustomGroups } from '../accounts/account.ts';
import { wantedInput, wantedOf } from '../accounts/wanted.ts';
import { MAX_BATCH_ROWS, storeBatch } from '../batches/stored-rows.ts';
import { type Act, ADMINS, defineOperation, input } from '../frame/operation.ts';
import { type AccountAction, accountAction } from './action.ts';
import { demandDraft } from './draft.ts';
import { planAccount } from './plan-row.ts';
import type { AccountBatchRow } from './row.ts';

const ACCOUNTS_AT_ONCE = 1_000;
const CALLS_DAYS = 30;
const DAY_MS = 86_400_000;

const wanted = z.strictObject(wantedInput);
/** Those that a list shows, those that were ticked in it, or these. */
const which = z.union([
  z.strictObject({ wanted }),
  z.strictObject({ batchId: input.rowId }),
  z.strictObject({ accountIds: z.array(input.accountId).min(1).max(MAX_BATCH_ROWS) }),
]);

/** What changes if it begins, summed up over the accounts that it does something for. */
export type AccountPreview = {
  batchId: string | null;
  expiresAt: Date | null;
  about: AccountAction;
  groupNames: string[];
  rows: AccountBatchRow[];
  toDo: number;
  cutsOff: CutOff & { accounts: number };
};

/**
 * Says what an action would do to each of these accounts, and stores that for an hour, so that exactly those are changed, in
 * the version that was shown. `batchId` is null when there is nothing to do, or when it isn't to
 * be kept.
 * Errors: `limit_reached` above 10,000 accounts, and when 20 previews are stored; `batch_not_found` for a selection that has
 * ended; `group_not_found`, `group_built_in`; `invalid_input`.
 */
export const previewAccounts = defineOperation({
  name: 'account-batches/preview',
  allowed: ADMINS,
  effect: 'change',
  input: { which, what: accountAction, isKept: z.boolean().default(true) },
  async run(act, input): Promise<AccountPreview> {
    const { what } = input;
    if (what.action === 'block') blockEnd(what.end, act.now);
    const groupIds = 'groupIds' in what ? what.groupIds : [];
    const groups = groupIds.length > 0 ? await demandCustomGroups(act, groupIds) : [];
    const accounts = await accountsIn(act, input.which);
    const rows = await planRows(act, accounts, what);
    const toDo = rows.filter((row) => row.leftOut === null);
    const about = { ...what, groupNames: groups.map(({ name }) => name) };
    const stored =
      toDo.length > 0 && input.isKept
        ? await storeBatch(act, { kind: 'accounts', action: what.action, about, rows })
        : null;
    if (stored)
      act.record({
        target: { kind: 'batch', id: stored.batchId },
        after: { action: what.action, rows: rows.length, toDo: toDo.length },
      });
    else act.nothingChanged();
    return {
      batchId: stored?.batchId ?? null,
      expiresAt: stored?.expiresAt ?? null,
      about: what,
      groupNames: about.groupNames,
      rows,
      toDo: toDo.length,
      cutsOff: sumOf(toDo),
    };
  },
});

async function accountsIn(act: Act, of: z.output<typeof which>): Promise<Account[]> {
  const serviceId = act.service.id;
  if ('wanted' in of) return accountsWanted(act, of.wanted);
  const ids = 'batchId' in of ? (await demandDraft(act, of.batchId)).ids : [...new Set(of.accountIds)];
  const found = await findAccounts(act.tx, serviceId, ids);
  const byId = new Map(found.map((account) => [account.id, account]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}

async function accountsWanted(act: Act, given: z.output<typeof wanted>): Promise<Account[]> {
  const conditions = wantedOf(act, given);
  const accounts: Account[] = [];
  for (let after: ReturnType<typeof cursorOfAccount> | undefined; ; ) {
    const rows = await listAccounts(act.tx, act.service.id, conditions, { limit: ACCOUNTS_AT_ONCE, after });
    accounts.push(...rows.map(({ account }) => account));
    if (accounts.length > MAX_BATCH_ROWS)
      throw new DomainError('limit_reached', { limit: `${MAX_BATCH_ROWS} accounts at once` });
    const last = rows.at(-1);
    if (!last || rows.length < ACCOUNTS_AT_ONCE) return accounts;
    after = cursorOfAccount(last);
  }
}

async function planRows(act: Act, accounts: Account[], what: AccountAction): Promise<AccountBatchRow[]> {
  const serviceId = act.service.id;
  const callsSince = new Date(act.now.getTime() - CALLS_DAYS * DAY_MS);
  const rows: AccountBatchRow[] = [];
  for (let at = 0; at < accounts.length; at += ACCOUNTS_AT_ONCE) {
    const some = accounts.slice(at, at + ACCOUNTS_AT_ONCE);
    const ids = some.map(({ id }) => id);
    const cutOffs = await countCutOffs(act.tx, serviceId, ids, { now: act.now, callsSince });
    const memberships = 'groupIds' in what ? await listGroupIdsOfAccounts(act.tx, serviceId, ids) : new Map();
    for (const account of some) {
      const cutOff = cutOffs.get(account.id);
      const planned = planAccount(account, what, { cutOff, groupIds: memberships.get(account.id) ?? [] });
      rows.push({
        line: rows.length + 1,
        email: account.email,
        name: fullName(account),
        accountId: account.id,
        version: account.version,
        ...planned,
        ...(cutOff ? { cutOff } : {}),
      });
    }
  }
  return rows;
}

function sumOf(rows: readonly AccountBatchRow[]): AccountPreview['cutsOff'] {
  const sum = { accounts: 0, subscriptions: 0, live: 0, keys: 0, sessions: 0, calls: 0 };
  for (const { cutOff } of rows) {
    if (!cutOff) continue;
    sum.subscriptions += cutOff.subscriptions;
    sum.live += cutOff.live;
    sum.keys += cutOff.keys;
    sum.sessions += cutOff.sessions;
    sum.calls += cutOff.calls;
    if (cutOff.calls > 0) sum.accounts += 1;
  }
  return sum;
}
