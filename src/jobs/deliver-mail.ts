import { nextAttemptDelaySeconds } from '../mail/delivery/retry-schedule.ts';
import { claimMail } from '../operations/mails/claim.ts';
import { settleMail } from '../operations/mails/settle.ts';
import type { JobMeans } from './means.ts';

/** One attempt to send one mail: claim, send outside any transaction, keep how it ended. */
export function createDeliverMail(means: JobMeans) {
  return async (payload: unknown): Promise<void> => {
    const { mailId } = payload as { mailId: string };
    const context = means.system('mail');
    const claimed = await claimMail(context, { mailId });
    if (!claimed) return;
    const { attempt, message } = claimed;
    const outcome = await means.delivery.send({
      id: mailId,
      from: means.from,
      replyTo: means.replyTo,
      ...message,
    });
    await settleMail(context, {
      mailId,
      attempt,
      outcome:
        outcome.kind === 'retry'
          ? {
              kind: 'retry',
              code: outcome.code,
              delaySeconds: nextAttemptDelaySeconds(attempt, context.random, outcome.retryAfterSeconds),
            }
          : outcome,
    });
    means.log.info({ mailId, attempt, outcome: outcome.kind }, 'mail');
  };
}
