// Makes one sample developer with ordinary operations.
import {
  backdateAccount,
  backdateInvitation,
  cancelMailsTo,
  listAccountsWithAddresses,
  listInvitationsTo,
} from '../../db/imports/sample-data.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { parseEmailAddress } from '../../domain/email-address.ts';
import { addAccount } from '../../operations/accounts/add.ts';
import { blockAccount } from '../../operations/accounts/block.ts';
import { deleteAccount } from '../../operations/accounts/delete.ts';
import { WaitsForApproval } from '../../operations/frame/approval.ts';
import type { Context } from '../../operations/frame/context.ts';
import { createGroup } from '../../operations/groups/create.ts';
import { listGroups } from '../../operations/groups/list.ts';
import { invite } from '../../operations/invitations/invite.ts';
import { GROUPS, type SampleDeveloper } from './developers.ts';
import { makeSubscriptions } from './subscriptions.ts';

/** Long enough that no mail leaves before this program calls it off, even when it is killed in between. */
const MAIL_DELAY_MS = 24 * 3_600_000;
const BLOCK_END = '21d';

export type Samples = {
  context: Context;
  groupIds: ReadonlyMap<string, string>;
  /** Whether mails with links are sent, which only the playground's inbox may get. */
  hasInbox: boolean;
};

/** Creates the missing groups. Returns the ids by name. */
export async function sampleGroups(context: Context): Promise<Map<string, string>> {
  const { groups: present } = await listGroups(context, {});
  const ids = new Map<string, string>();
  for (const group of GROUPS) {
    const found = present.find(({ name }) => name.toLowerCase() === group.name.toLowerCase());
    ids.set(group.name, found?.id ?? (await createGroup(context, group)).groupId);
  }
  return ids;
}

/** Returns false when the account or invitation exists. Then it only finishes what a killed run began. */
export async function makeDeveloper(samples: Samples, one: SampleDeveloper): Promise<boolean> {
  return one.state === 'invited' || one.state === 'invitation expired'
    ? makeInvitation(samples, one)
    : makeAccount(samples, one);
}

function contextFor({ context, hasInbox }: Samples, { state }: SampleDeveloper): Context {
  // Samples need no second operator.
  const policy = { ...context.policy, secondOperatorFor: [], secondOperatorForMoreThan: null };
  const own = { ...context, policy, requestId: crypto.randomUUID() };
  const isMailed = hasInbox && (state === 'invited' || state === 'pending');
  return isMailed ? own : { ...own, mailNotBefore: new Date(context.clock().getTime() + MAIL_DELAY_MS) };
}

const groupIdsOf = ({ groupIds }: Samples, { groups }: SampleDeveloper): string[] =>
  groups.flatMap((name) => groupIds.get(name) ?? []);

async function makeInvitation(samples: Samples, one: SampleDeveloper): Promise<boolean> {
  const context = contextFor(samples, one);
  const { db, service } = context;
  const address = parseEmailAddress(one.email).canonical;
  if ((await listInvitationsTo(db, service.id, [address])).length > 0) return false;
  const { email, firstName, lastName, personalLine } = one;
  const groupIds = groupIdsOf(samples, one);
  const { invitationId } = await invite(context, { email, firstName, lastName, personalLine, groupIds });
  if (context.mailNotBefore) await cancelMailsTo(db, service.id, { invitationId });
  if (one.state === 'invitation expired') {
    const hours = one.hoursAgo + context.policy.invitationLifetimeHours + 1;
    await backdateInvitation(db, { serviceId: service.id, invitationId, hours });
  }
  return true;
}

async function makeAccount(samples: Samples, one: SampleDeveloper): Promise<boolean> {
  const context = contextFor(samples, one);
  const { db, service } = context;
  const address = parseEmailAddress(one.email).canonical;
  const [found] = await listAccountsWithAddresses(db, service.id, [address]);
  const { email, firstName, lastName, note, state } = one;
  const verifyFirst = state === 'pending';
  const groupIds = groupIdsOf(samples, one);
  const added = found
    ? null
    : await addAccount(context, { email, firstName, lastName, note, groupIds, verifyFirst });
  const accountId = added?.account.id ?? found?.id ?? '';
  // An account that a person or an earlier run has changed stays as it is.
  const isUntouched = added !== null || (found?.version === 1 && found.state === 'active');
  if (isUntouched)
    await makeSubscriptions(context, accountId, { wanted: one.subscriptions, ageHours: one.hoursAgo });
  if (isUntouched && state === 'deletion requested')
    await requestDeletion(samples.context, accountId, one.reason);
  else if (isUntouched) await applyState(context, accountId, one);
  if (context.mailNotBefore) await cancelMailsTo(db, service.id, { accountId });
  if (added && one.hoursAgo > 0)
    await backdateAccount(db, { serviceId: service.id, accountId, hours: one.hoursAgo });
  return added !== null;
}

async function applyState(context: Context, accountId: string, one: SampleDeveloper): Promise<void> {
  const { state, reason } = one;
  const input = { accountId, reason, tellDeveloper: false };
  if (state === 'blocked') await blockAccount(context, input);
  if (state === 'blocked for a while') await blockAccount(context, { ...input, end: BLOCK_END });
  if (state === 'deleted') await deleteAccount(context, input);
}

/** Leaves a deletion that waits for approval, when deletions need a second operator and there is one. */
async function requestDeletion(context: Context, accountId: string, reason: string): Promise<void> {
  if (!context.policy.secondOperatorFor.includes(deleteAccount.operation)) return;
  try {
    await deleteAccount(context, { accountId, reason, deleteSubscriptions: true });
  } catch (error) {
    const isExpected =
      error instanceof WaitsForApproval ||
      (error instanceof DomainError && error.code === 'no_second_operator');
    if (!isExpected) throw error;
  }
}
