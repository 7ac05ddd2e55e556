// An audit row as people read it: who, when, what, why, before → after, and who approved.
import { type Account, findAccounts } from '../../db/accounts/accounts.ts';
import { findGroups } from '../../db/accounts/groups.ts';
import { findInvitations } from '../../db/accounts/invitations.ts';
import { findRules } from '../../db/accounts/rules.ts';
import { findAnnouncements } from '../../db/announcements/announcements.ts';
import type { FullAuditRow } from '../../db/audit/rows.ts';
import { findApis } from '../../db/catalog/apis.ts';
import { findProducts } from '../../db/catalog/products.ts';
import { type Approval, findApprovals } from '../../db/operators/approvals.ts';
import { findSubscriptions } from '../../db/subscriptions/subscriptions.ts';
import { findWebhooks } from '../../db/webhooks/webhooks.ts';
import { fullName } from '../../domain/person-name.ts';
import { shownRuleDomain } from '../../domain/rule.ts';
import { titleOf } from '../../mail/templates/catalog.ts';
import type { Act } from '../frame/context.ts';
import { rowId } from '../frame/input.ts';

export type AuditEntryView = Omit<FullAuditRow, 'serviceId'> & {
  /** The present name of what the row is about; null when that is erased or has no name. */
  about: string | null;
  /** The approval that the operation ran for or waits for. */
  approval: Pick<
    Approval,
    'requestedByName' | 'decidedByName' | 'decisionReason' | 'endedAt' | 'state'
  > | null;
  /** The account that this row deleted, as long as it can still be restored. */
  restorable: Pick<Account, 'id' | 'version'> | null;
};

export async function viewAuditRows(act: Act, rows: FullAuditRow[]): Promise<AuditEntryView[]> {
  const ids = rows.map((row) => row.approvalId).filter((id): id is string => id !== null);
  const approvals = await findApprovals(act.tx, act.service.id, [...new Set(ids)]);
  const { names, accounts } = await targetsOf(act, rows);
  return rows.map(({ serviceId: _s, ...row }) => {
    const about = names.get(`${row.targetKind} ${row.targetId}`) || null;
    const restorable = deletedBy(row, accounts);
    const found = approvals.find((approval) => approval.id === row.approvalId);
    if (!found) return { ...row, about, restorable, approval: null };
    const { requestedByName, decidedByName, decisionReason, endedAt, state } = found;
    const approval = { requestedByName, decidedByName, decisionReason, endedAt, state };
    return { ...row, about, restorable, approval };
  });
}

/** A former deletion of the account was taken back before, so its row is older than `deletedAt`. */
function deletedBy(
  { outcome, after, at, targetKind, targetId }: Omit<FullAuditRow, 'serviceId'>,
  accounts: readonly Account[],
): AuditEntryView['restorable'] {
  if (outcome !== 'done' || targetKind !== 'account' || after?.state !== 'deleted') return null;
  const account = accounts.find(({ id }) => id === targetId);
  if (!account?.deletedAt || account.erasedAt || account.deletedAt > at) return null;
  return { id: account.id, version: account.version };
}

/** What the rows are about: the accounts, and every name by kind and id such as `account 0123`. */
async function targetsOf(act: Act, rows: FullAuditRow[]) {
  const serviceId = act.service.id;
  const idsOf = (kind: string) => [
    ...new Set(rows.filter((row) => row.targetKind === kind).map((row) => row.targetId ?? '')),
  ];
  // A refusal names what was tried, which may be no id of a row.
  const rowIdsOf = (kind: string) => idsOf(kind).filter((id) => rowId.safeParse(id).success);
  const approvals = await findApprovals(act.tx, serviceId, rowIdsOf('approval'));
  const ofApprovals = approvals.flatMap(({ accountId }) => accountId ?? []);
  const accounts = await findAccounts(act.tx, serviceId, [...idsOf('account'), ...ofApprovals]);
  const people = new Map(
    accounts.map((account) => [account.id, account.email ? `${fullName(account)} (${account.email})` : '']),
  );
  const invitations = await findInvitations(act.tx, serviceId, rowIdsOf('invitation'));
  const announcements = await findAnnouncements(act.tx, serviceId, rowIdsOf('announcement'));
  const groups = await findGroups(act.tx, serviceId, idsOf('group'));
  const rules = await findRules(act.tx, serviceId, rowIdsOf('rule'));
  const apis = await findApis(act.tx, serviceId, idsOf('api'));
  const products = await findProducts(act.tx, serviceId, idsOf('product'));
  const subscriptions = await findSubscriptions(act.tx, serviceId, idsOf('subscription'));
  const webhooks = await findWebhooks(act.tx, serviceId, rowIdsOf('webhook'));
  const names = new Map([
    ...apis.map(({ id, name }): [string, string] => [`api ${id}`, name]),
    ...products.map(({ id, name }): [string, string] => [`product ${id}`, name]),
    ...subscriptions.map((one): [string, string] => [`subscription ${one.id}`, subscriptionLabel(one)]),
    ...[...people].map(([id, name]): [string, string] => [`account ${id}`, name]),
    ...approvals.map(({ id, accountId }): [string, string] => [
      `approval ${id}`,
      people.get(accountId ?? '') ?? '',
    ]),
    ...invitations.map(({ id, email }): [string, string] => [`invitation ${id}`, email]),
    ...announcements.map(({ id, subject }): [string, string] => [`announcement ${id}`, subject]),
    ...groups.map(({ id, name }): [string, string] => [`group ${id}`, name]),
    ...webhooks.map(({ id, name }): [string, string] => [`webhook ${id}`, name]),
    ...rules.map(({ id, domain }): [string, string] => [`rule ${id}`, shownRuleDomain(domain)]),
    ...idsOf('notification').map((id): [string, string] => [`notification ${id}`, titleOf(id)]),
    ...idsOf('template').map((id): [string, string] => [`template ${id}`, titleOf(id)]),
  ]);
  return { names, accounts };
}

function subscriptionLabel({ name, owner }: Awaited<ReturnType<typeof findSubscriptions>>[number]): string {
  return owner?.email ? `${name} of ${fullName(owner)} (${owner.email})` : name;
}
