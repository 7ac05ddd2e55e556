// Makes one sample developer, through the operations that everybody uses.
import {
  backdateAccount,
  backdateInvitation,
  callOffMails,
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

/** No mail leaves before it is called off, not even when this program is killed in between. */
const MAIL_DELAY_MS = 24 * 3_600_000;
const BLOCK_END = '21d';

export type Samples = {
  context: Context;
  groupIds: ReadonlyMap<string, string>;
  /** Links of open invitations and of pending accounts go out: the inbox is the playground's own. */
  hasInbox: boolean;
};

/** The groups by name; those that are missing are made. */
export async function sampleGroups(context: Context): Promise<Map<string, string>> {
  const { groups: present } = await listGroups(context, {});
  const ids = new Map<string, string>();
  for (const group of GROUPS) {
    const found = present.find(({ name }) => name.toLowerCase() === group.name.toLowerCase());
    ids.set(group.name, found?.id ?? (await createGroup(context, group)).groupId);
  }
  return ids;
}

/** False when somebody with that address, or an invitation to it, is there: then only what was cut off is finished. */
export async function makeDeveloper(samples: Samples, one: SampleDeveloper): Promise<boolean> {
  return one.fate === 'invited' || one.fate === 'invitation expired'
    ? makeInvitation(samples, one)
    : makeAccount(samples, one);
}

function contextFor({ context, hasInbox }: Samples, { fate }: SampleDeveloper): Context {
  // Whoever asks for samples has agreed to all that is done to them.
  const policy = { ...context.policy, secondOperatorFor: [] };
  const own = { ...context, policy, requestId: crypto.randomUUID() };
  const isMailed = hasInbox && (fate === 'invited' || fate === 'pending');
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
  if (context.mailNotBefore) await callOffMails(db, service.id, { invitationId });
  if (one.fate === 'invitation expired') {
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
  const { email, firstName, lastName, note, fate } = one;
  const verifyFirst = fate === 'pending';
  const groupIds = groupIdsOf(samples, one);
  const added = found
    ? null
    : await addAccount(context, { email, firstName, lastName, note, groupIds, verifyFirst });
  const accountId = added?.account.id ?? found?.id ?? '';
  // Somebody who was changed since, by us or by whoever plays, stays as they are.
  const isUntouched = added !== null || (found?.version === 1 && found.state === 'active');
  if (isUntouched)
    await makeSubscriptions(context, accountId, { wanted: one.subscriptions, ageHours: one.hoursAgo });
  if (isUntouched && fate === 'deletion asked for') await askToDelete(samples.context, accountId, one.reason);
  else if (isUntouched) await bringAbout(context, accountId, one);
  if (context.mailNotBefore) await callOffMails(db, service.id, { accountId });
  if (added && one.hoursAgo > 0)
    await backdateAccount(db, { serviceId: service.id, accountId, hours: one.hoursAgo });
  return added !== null;
}

async function bringAbout(context: Context, accountId: string, one: SampleDeveloper): Promise<void> {
  const { fate, reason } = one;
  const why = { accountId, reason, tellDeveloper: false };
  if (fate === 'blocked') await blockAccount(context, why);
  if (fate === 'blocked for a while') await blockAccount(context, { ...why, end: BLOCK_END });
  if (fate === 'deleted') await deleteAccount(context, why);
}

/** A request that waits for whoever plays, where deleting needs a second operator and there is one. */
async function askToDelete(context: Context, accountId: string, reason: string): Promise<void> {
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
