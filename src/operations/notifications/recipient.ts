// A recipient of a notification: an email, or an account by its id.
import { z } from 'zod';
import type { NotificationRecipient } from '../../db/outbox/notification-recipients.ts';
import { canonicalEmail, parseEmailAddress } from '../../domain/email-address.ts';
import { NOTIFICATION_NAMES } from '../../domain/notifications.ts';
import * as input from '../frame/input.ts';

const ONE = { path: ['email'], message: 'or accountId is needed, and not both' };

export const recipientInput = z
  .strictObject({
    notification: z.enum(NOTIFICATION_NAMES, `must be one of ${NOTIFICATION_NAMES.join(', ')}`),
    email: input.email.optional(),
    accountId: input.accountId.optional(),
  })
  .refine(({ email, accountId }) => (email === undefined) !== (accountId === undefined), ONE);

export type Recipient = Pick<NotificationRecipient, 'kind' | 'recipient'>;

/** Errors: `email_invalid`. */
export const readRecipient = ({ email, accountId }: z.output<typeof recipientInput>): Recipient =>
  email === undefined
    ? { kind: 'user', recipient: accountId ?? '' }
    : { kind: 'email', recipient: parseEmailAddress(email).spelling };

/** An email is the same in any case and spelling of its domain. */
export const isSameRecipient = (one: Recipient, other: Recipient): boolean =>
  one.kind === other.kind &&
  (one.kind === 'email'
    ? canonicalEmail(one.recipient) === canonicalEmail(other.recipient)
    : one.recipient === other.recipient);

/** For the audit. */
export const recipientDetails = ({ kind, recipient }: Recipient): Record<string, string> =>
  kind === 'email' ? { email: recipient } : { accountId: recipient };
