// Those that an announcement was sent to.
import type { Transaction } from '../connection/connect.ts';
import { has } from '../rows.ts';
import { announcementRecipients as recipients } from '../schema/index.ts';

/** What an account was sent is not told any more. Its mails stay, as those of every other kind. */
export async function forgetAnnouncements(
  tx: Transaction,
  serviceId: string,
  accountId: string,
): Promise<void> {
  await tx.delete(recipients).where(has(recipients, { serviceId, accountId }));
}
