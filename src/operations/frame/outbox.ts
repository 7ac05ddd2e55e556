// What follows from a change: tickets, mails and repaints, written in the change's own transaction.
import type { Account } from '../../db/accounts/accounts.ts';
import { insertTicket, type TicketPurpose, voidTickets } from '../../db/accounts/tickets.ts';
import type { Transaction } from '../../db/connection/connect.ts';
import { newId } from '../../db/ids.ts';
import { addJob } from '../../db/outbox/jobs.ts';
import { insertMail } from '../../db/outbox/mails.ts';
import { type Language, languageNamed } from '../../languages/languages.ts';
import { sayIn } from '../../languages/say.ts';
import {
  isBulkMail,
  languageOfMail,
  type MailName,
  type TemplateText,
} from '../../mail/templates/catalog.ts';
import { type MailValue, writeValues } from '../../mail/templates/value.ts';
import { sealText } from '../../security/sealed-text.ts';
import { newTicket } from '../../security/ticket.ts';
import type { Act } from './context.ts';

/** The recipient and values of a mail, sealed in its row until it is rendered. */
export type MailOrder = {
  to: string;
  /** The tag of the language that the recipient reads. */
  language: string;
  variables: Record<string, string>;
  /** The same in the service's default language, for a text that an operator wrote; where it is another one. */
  variablesByDefault?: Record<string, string>;
  linkEndsAt: string | null;
  /** The text of an announcement, or of a template that is tested before it is saved. */
  text?: TemplateText;
  unsubscribeUrl?: string;
};

export type IssuedTicket = { id: string; url: string; query: string; expiresAt: Date };

const PAGES: Record<TicketPurpose, string> = {
  invitation: '/invitations/accept',
  'password-reset': '/password/reset',
  'email-confirmation': '/email/confirm',
  'sign-in': '/portal/sign-in/link',
  'account-security': '/account/secure',
  'session-proof': '/portal/account/prove',
};

type Owner = { accountId: string } | { invitationId: string };

/** Makes a ticket and voids the owner's former ones of the same purpose. Only the mail ever holds its secret. */
export async function issueTicket(
  act: Act,
  ticket: { purpose: TicketPurpose; owner: Owner; email: string; expiresAt: Date },
): Promise<IssuedTicket> {
  const serviceId = act.service.id;
  await voidTickets(act.tx, { serviceId, now: act.now, purpose: ticket.purpose, ...ticket.owner });
  const { secret, hash } = newTicket(act.random);
  const id = newId(act.now, act.random);
  await insertTicket(act.tx, {
    serviceId,
    id,
    purpose: ticket.purpose,
    hash,
    email: ticket.email,
    createdAt: act.now,
    expiresAt: ticket.expiresAt,
    ...ticket.owner,
  });
  const query = `ticket=${secret}`;
  return {
    id,
    query,
    url: `${act.policy.publicUrl}${PAGES[ticket.purpose]}?${query}`,
    expiresAt: ticket.expiresAt,
  };
}

type Mail = {
  template: MailName;
  ticket?: IssuedTicket | undefined;
  variables?: Readonly<Record<string, MailValue>> | undefined;
  text?: TemplateText;
  /** For a mail that is not about the account itself. */
  unsubscribeUrl?: string | undefined;
};
export type Recipient = Pick<Account, 'id' | 'email' | 'firstName' | 'lastName' | 'language'>;

/** Writes a mail to the owner of an account into the outbox. Returns its id. */
export const queueMailTo = (
  act: Act,
  { id: accountId, email: to, firstName, lastName, language }: Recipient,
  mail: Mail,
): Promise<string> => queueMail(act, { ...mail, to, firstName, lastName, language, owner: { accountId } });

type MailToWrite = Mail & {
  to: string;
  firstName: string;
  lastName: string;
  /** What the recipient chose. Without a choice, the service's default. */
  language?: string | null;
  owner?: Owner;
};

/** Writes a mail into the outbox. A job sends it once this transaction is committed. Returns its id. */
export async function queueMail(act: Act, mail: MailToWrite): Promise<string> {
  const id = newId(act.now, act.random);
  const order = orderOf(act, mail);
  const runAt = act.mailNotBefore && act.mailNotBefore > act.now ? act.mailNotBefore : null;
  await insertMail(act.tx, {
    serviceId: act.service.id,
    id,
    template: mail.template,
    state: 'queued',
    ticketId: mail.ticket?.id ?? null,
    sealedOrder: sealText(act.keyring, 'mail', JSON.stringify(order), act.random),
    nextAttemptAt: runAt ?? act.now,
    createdAt: act.now,
    changedAt: act.now,
    ...mail.owner,
  });
  await queueDelivery(act.tx, { serviceId: act.service.id, id, template: mail.template }, runAt);
  return id;
}

/** Queues an attempt to send a mail. One of many waits while any other one is due. */
export const queueDelivery = (
  tx: Transaction,
  { serviceId, id, template }: { serviceId: string; id: string; template: string },
  runAt: Date | null = null,
): Promise<void> =>
  addJob(tx, 'deliver-mail', { serviceId, mailId: id }, { runAt, isLast: isBulkMail(template) });

function orderOf({ policy }: Act, mail: MailToWrite): MailOrder {
  const fallback = languageOfMail(mail.template, languageNamed(policy.language));
  const language = languageOfMail(mail.template, languageNamed(mail.language ?? policy.language));
  const variablesIn = (one: Language) => ({
    DevFirstName: mail.firstName,
    DevLastName: mail.lastName,
    OrganizationName: policy.organizationName,
    DevPortalUrl: `${policy.publicUrl}/portal`,
    DevPortalHost: new URL(policy.publicUrl).host,
    ...(mail.ticket ? { ConfirmUrl: mail.ticket.url, ConfirmQuery: mail.ticket.query } : {}),
    ...writeValues(mail.variables ?? {}, sayIn(one)),
  });
  return {
    to: mail.to,
    language: language.tag,
    variables: variablesIn(language),
    ...(language === fallback ? {} : { variablesByDefault: variablesIn(fallback) }),
    linkEndsAt: mail.ticket?.expiresAt.toISOString() ?? null,
    ...(mail.text ? { text: mail.text } : {}),
    ...(mail.unsubscribeUrl ? { unsubscribeUrl: mail.unsubscribeUrl } : {}),
  };
}

/** Queues a repaint of all cards of the account. Repaints that wait together become one. */
export async function queueRepaint(act: Act, accountId: string): Promise<void> {
  const serviceId = act.service.id;
  await addJob(act.tx, 'repaint-cards', { serviceId, accountId });
}

/** Queues a repaint of the card that stands for many sign-ups. */
export async function queueSummaryRepaint(act: Act, summaryId: string): Promise<void> {
  const serviceId = act.service.id;
  await addJob(act.tx, 'repaint-sign-ups', { serviceId, summaryId });
}

/** Queues the message that tells how the invitations of a batch ended. Changes that wait together make one repaint. */
export async function queueInvitationsRepaint(act: Act, batchId: string): Promise<void> {
  await addJob(act.tx, 'repaint-invitations', { serviceId: act.service.id, batchId });
}

/** Queues a repaint of the approval's cards. */
export async function queueApprovalRepaint(
  tx: Transaction,
  { serviceId, id: approvalId }: { serviceId: string; id: string },
): Promise<void> {
  await addJob(tx, 'repaint-approval', { serviceId, approvalId });
}

/** Queues a repaint of the subscription's cards. The first one posts them. */
export async function queueSubscriptionRepaint(act: Act, subscriptionId: string): Promise<void> {
  const serviceId = act.service.id;
  await addJob(act.tx, 'repaint-subscription', { serviceId, subscriptionId });
}

/** Queues a repaint of the cards of a difference with Azure. The first one posts them. */
export async function queueDriftRepaint(
  { tx, service }: Pick<Act, 'tx' | 'service'>,
  driftId: string,
): Promise<void> {
  await addJob(tx, 'repaint-drift', { serviceId: service.id, driftId });
}

/** Queues a repaint of an ended approval's cards, and a message to the requester unless they ended it themselves. */
export async function queueApprovalEnd(
  tx: Transaction,
  approval: { serviceId: string; id: string; decidedBy: string; requestedBy: string },
): Promise<void> {
  await queueApprovalRepaint(tx, approval);
  const { serviceId, id: approvalId, decidedBy, requestedBy } = approval;
  if (decidedBy !== requestedBy) await addJob(tx, 'tell-requester', { serviceId, approvalId });
}

export function hoursAfter(now: Date, hours: number): Date {
  return new Date(now.getTime() + hours * 3_600_000);
}

export function minutesAfter(now: Date, minutes: number): Date {
  return new Date(now.getTime() + minutes * 60_000);
}
