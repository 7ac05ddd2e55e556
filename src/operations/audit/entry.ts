// An audit row as people read it: who, when, what, why, before → after, and who approved.
import { findAccounts } from '../../db/accounts/accounts.ts';
import { findGroups } from '../../db/accounts/groups.ts';
import { findInvitations } from '../../db/accounts/invitations.ts';
import type { FullAuditRow } from '../../db/audit/rows.ts';
import { findApis } from '../../db/catalog/apis.ts';
import { findProducts } from '../../db/catalog/products.ts';
import { type Approval, findApprovals } from '../../db/operators/approvals.ts';
import { findSubscriptions } from '../../db/subscriptions/subscriptions.ts';
import { fullName } from '../../domain/person-name.ts';
import { titleOf } from '../../mail/templates/catalog.ts';
import type { Act } from '../frame/context.ts';

export type AuditEntryView = Omit<FullAuditRow, 'serviceId'> & {
  /** The present name of what the row is about; null when that is erased or has no name. */
  about: string | null;
  /** The approval that the operation ran for or waits for. */
  approval: Pick<
    Approval,
    'requestedByName' | 'decidedByName' | 'decisionReason' | 'endedAt' | 'state'
  > | null;
};

export async function viewAuditRows(act: Act, rows: FullAuditRow[]): Promise<AuditEntryView[]> {
  const ids = rows.map((row) => row.approvalId).filter((id): id is string => id !== null);
  const approvals = await findApprovals(act.tx, act.service.id, [...new Set(ids)]);
  const names = await namesOf(act, rows);
  return rows.map(({ serviceId: _s, ...row }) => {
    const about = names.get(`${row.targetKind} ${row.targetId}`) || null;
    const found = approvals.find((approval) => approval.id === row.approvalId);
    if (!found) return { ...row, about, approval: null };
    const { requestedByName, decidedByName, decisionReason, endedAt, state } = found;
    return { ...row, about, approval: { requestedByName, decidedByName, decisionReason, endedAt, state } };
  });
}

/** The names of what the rows are about, by kind and id: `account 0123`. */
async function namesOf(act: Act, rows: FullAuditRow[]): Promise<Map<string, string>> {
  const serviceId = act.service.id;
  const idsOf = (kind: string) => [
    ...new Set(rows.filter((row) => row.targetKind === kind).map((row) => row.targetId ?? '')),
  ];
  const approvals = await findApprovals(act.tx, serviceId, idsOf('approval'));
  const ofApprovals = approvals.flatMap(({ accountId }) => accountId ?? []);
  const accounts = await findAccounts(act.tx, serviceId, [...idsOf('account'), ...ofApprovals]);
  const people = new Map(
    accounts.map((account) => [account.id, account.email ? `${fullName(account)} (${account.email})` : '']),
  );
  const invitations = await findInvitations(act.tx, serviceId, idsOf('invitation'));
  const groups = await findGroups(act.tx, serviceId, idsOf('group'));
  const apis = await findApis(act.tx, serviceId, idsOf('api'));
  const products = await findProducts(act.tx, serviceId, idsOf('product'));
  const subscriptions = await findSubscriptions(act.tx, serviceId, idsOf('subscription'));
  return new Map([
    ...apis.map(({ id, name }): [string, string] => [`api ${id}`, name]),
    ...products.map(({ id, name }): [string, string] => [`product ${id}`, name]),
    ...subscriptions.map((one): [string, string] => [`subscription ${one.id}`, subscriptionLabel(one)]),
    ...[...people].map(([id, name]): [string, string] => [`account ${id}`, name]),
    ...approvals.map(({ id, accountId }): [string, string] => [
      `approval ${id}`,
      people.get(accountId ?? '') ?? '',
    ]),
    ...invitations.map(({ id, email }): [string, string] => [`invitation ${id}`, email]),
    ...groups.map(({ id, name }): [string, string] => [`group ${id}`, name]),
    ...idsOf('template').map((id): [string, string] => [`template ${id}`, titleOf(id)]),
  ]);
}

function subscriptionLabel({ name, owner }: Awaited<ReturnType<typeof findSubscriptions>>[number]): string {
  return owner?.email ? `${name} of ${fullName(owner)} (${owner.email})` : name;
}
