// Mails to the owner of a subscription.
import type { Subscription } from '../../db/subscriptions/subscriptions.ts';
import type { KeySlot } from '../../domain/key-life.ts';
import type { NotificationMailName, TemplateName } from '../../mail/templates/catalog.ts';
import { dayOf, type MailValue, momentOf } from '../../mail/templates/value.ts';
import { queueSecurityMail } from '../accounts/mails.ts';
import type { Act } from '../frame/context.ts';
import { queueMailTo } from '../frame/outbox.ts';
import { tellRecipients } from '../notifications/tell.ts';
import { ownerOf, scopeNameOf } from './subscription.ts';

/** Mails the owner. False when the subscription has none, or the owner is deleted. */
export async function tellOwner(
  act: Act,
  subscription: Subscription,
  template: TemplateName,
  variables: Record<string, MailValue> = {},
): Promise<boolean> {
  const owner = await ownerOf(act, subscription);
  if (!owner || owner.state === 'deleted') return false;
  const ProdName = await scopeNameOf(act, subscription);
  await queueMailTo(act, owner, { template, variables: { ProdName, ...variables } });
  return true;
}

/** "primary and secondary" */
export const keyNames =
  (slots: readonly KeySlot[]): MailValue =>
  (say) =>
    say.list(slots.map((slot) => say(slot)));

type NewKeys = { slots: readonly KeySlot[]; formerEndsAt?: Date | null; isLeaked?: boolean };

/**
 * Mails the owner that keys were replaced, and until when the former one goes on. Also when they did it themselves, in case
 * it was another person. Returns whether an owner was told of what another person did.
 */
export async function tellOwnerOfNewKeys(
  act: Act,
  subscription: Subscription,
  { slots, formerEndsAt = null, isLeaked = false }: NewKeys,
): Promise<boolean> {
  const goesOn = formerEndsAt !== null;
  const variables = {
    KeyName: keyNames(slots),
    ...(goesOn ? { FormerKeyEnds: momentOf(formerEndsAt) } : {}),
  };
  if (act.actor.kind !== 'account')
    return tellOwner(
      act,
      subscription,
      isLeaked ? 'KeyLeaked' : goesOn ? 'KeyRotated' : 'KeyReplaced',
      variables,
    );
  const owner = await ownerOf(act, subscription);
  if (!owner) return false;
  const ProdName = await scopeNameOf(act, subscription);
  const template = goesOn ? 'KeyRotatedInPortal' : 'KeyRegenerated';
  await queueSecurityMail(act, owner, template, { ProdName, ...variables });
  return false;
}

/** Mails the owner, and the recipients of the notification, that it is active, or will be on its first day. */
export async function tellActiveSubscription(act: Act, subscription: Subscription): Promise<boolean> {
  const variables = {
    SubStartDate: dayOf(subscription.startsAt ?? act.now),
    SubTerm: termOf(subscription),
  };
  const ProdId = subscription.productId ?? subscription.apiId ?? '';
  const isTold = await tellOwner(act, subscription, 'PurchaseDeveloperNotificationMessage', {
    ProdId,
    ...variables,
  });
  if (isTold) await tellRecipientsOf(act, subscription, 'PurchasePublisherNotificationMessage', variables);
  return isTold;
}

/** Mails the recipients of the notification that a subscription waits for a decision. */
export const tellWaitingSubscription = (act: Act, subscription: Subscription): Promise<void> =>
  tellRecipientsOf(act, subscription, 'RequestPublisherNotificationMessage', { SubId: subscription.id });

async function tellRecipientsOf(
  act: Act,
  subscription: Subscription,
  notification: NotificationMailName,
  variables: Record<string, MailValue>,
): Promise<void> {
  const owner = await ownerOf(act, subscription);
  if (!owner) return;
  const ProdName = await scopeNameOf(act, subscription);
  await tellRecipients(act, notification, owner, { ProdName, ...variables });
}

const termOf =
  ({ endsAt }: Subscription): MailValue =>
  (say) =>
    endsAt ? say('until {day}', { day: say.day(endsAt) }) : say('without an end');
