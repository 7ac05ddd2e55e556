// An audit row as other systems hear of it. It names things by the ids that the management API has; who they are is told only
// to a webhook that was made for it.
import { findAccounts } from '../../db/accounts/accounts.ts';
import { findInvitations } from '../../db/accounts/invitations.ts';
import type { FullAuditRow } from '../../db/audit/rows.ts';
import { findSubscriptions } from '../../db/subscriptions/subscriptions.ts';
import type { EventFields } from '../../events/cloud-event.ts';
import type { Act } from '../frame/context.ts';

export type EventRow = FullAuditRow & { number: number; type: string };

/** The collections of the management API, and ours beside them. */
const COLLECTIONS: Readonly<Record<string, string>> = {
  account: 'users',
  api: 'apis',
  group: 'groups',
  product: 'products',
  subscription: 'subscriptions',
  invitation: 'invitations',
  approval: 'approvals',
  batch: 'batches',
  announcement: 'announcements',
  operator: 'operators',
  token: 'tokens',
};

type Person = { email: string; firstName?: string; lastName?: string };

/** The events of rows, in their order. With `isPersonal`, who each is about, as long as that isn't erased. */
export async function viewEvents(
  act: Act,
  rows: readonly EventRow[],
  { isPersonal }: { isPersonal: boolean },
): Promise<EventFields[]> {
  const idsOf = (kind: string) => [
    ...new Set(rows.filter((row) => row.targetKind === kind).map((row) => row.targetId ?? '')),
  ];
  const serviceId = act.service.id;
  const accounts = await findAccounts(act.tx, serviceId, idsOf('account'));
  const resourceIds = new Map(accounts.map(({ id, resourceId }) => [id, resourceId ?? id]));
  const people = new Map<string, Person>();
  const add = (key: string, person: Person | null) => person?.email && people.set(key, { ...person });
  if (isPersonal) {
    for (const { id, email, firstName, lastName } of accounts)
      add(`account ${id}`, { email, firstName, lastName });
    for (const { id, owner } of await findSubscriptions(act.tx, serviceId, idsOf('subscription')))
      add(`subscription ${id}`, owner);
    for (const { id, email } of await findInvitations(act.tx, serviceId, idsOf('invitation')))
      add(`invitation ${id}`, { email });
  }
  return rows.map((row) => {
    const resource = subjectOf(row, resourceIds);
    const person = people.get(`${row.targetKind} ${row.targetId}`);
    return {
      ...{ id: row.id, type: row.type, at: row.at, number: row.number },
      source: act.policy.resourceId,
      subject: resource,
      data: {
        ...(resource === null ? {} : { resourceUri: `${act.policy.resourceId}${resource}` }),
        operation: row.operation,
        ...statesOf(row),
        ...(row.approvalId === null ? {} : { approvalId: row.approvalId }),
        actor: actorOf(row, isPersonal),
        ...(person ? { person } : {}),
        ...(isPersonal && row.reason ? { reason: row.reason } : {}),
      },
    };
  });
}

function subjectOf(
  { targetKind, targetId }: FullAuditRow,
  resourceIds: ReadonlyMap<string, string>,
): string | null {
  const collection = COLLECTIONS[targetKind ?? ''];
  if (!collection || targetId === null) return null;
  return `/${collection}/${targetKind === 'account' ? (resourceIds.get(targetId) ?? targetId) : targetId}`;
}

/** On the console and at an issuer, what tells people apart can be a name. */
const actorOf = ({ actorKind: kind, actorId: id, actorName: name }: FullAuditRow, isPersonal: boolean) => ({
  kind,
  ...(isPersonal ? { id, name } : kind === 'console' || kind === 'oidc' ? {} : { id }),
});

/** What became of it, where its operation says so. */
function statesOf({ before, after }: FullAuditRow): Record<string, string> {
  const state = after?.state;
  const formerState = before?.state;
  return {
    ...(typeof state === 'string' ? { state } : {}),
    ...(typeof formerState === 'string' ? { formerState } : {}),
  };
}
