import type { Log } from '../log.ts';
import type { MailDelivery } from '../mail/delivery.ts';
import type { Context } from '../operations/context.ts';

/** What the tasks work with, made by `app`. */
export type JobMeans = {
  log: Log;
  /** A context for work that no person asked for. */
  system(name: string): Context;
  delivery: MailDelivery;
  from: string;
  replyTo: string;
  surfaces: {
    repaintCards(job: { accountId: string }): Promise<void>;
    tellOperator(job: { operator: string; news: string; invitationId: string }): Promise<void>;
  };
  everyMinute(): Promise<void>;
};
