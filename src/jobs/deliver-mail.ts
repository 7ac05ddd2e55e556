import { nextAttemptDelaySeconds } from '../mail/delivery/retry-schedule.ts';
import { claimMail } from '../operations/mails/claim.ts';
import { settleMail } from '../operations/mails/settle.ts';
import type { JobDependencies } from './tasks.ts';

/** Tries once to send one mail: claims it, sends it outside any transaction, stores how that ended. */
export async function deliverMail(
  { system, delivery, from, replyTo, log }: JobDependencies,
  mailId: string,
): Promise<void> {
  const context = system('mail');
  const claimed = await claimMail(context, { mailId });
  if (!claimed) return;
  const { attempt, message } = claimed;
  const outcome = await delivery.send({ id: mailId, from, replyTo, ...message });
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
  log.info({ mailId, attempt, outcome: outcome.kind }, 'mail');
}
