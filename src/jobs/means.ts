import type { Log } from '../log.ts';
import type { MailDelivery } from '../mail/delivery/resend.ts';
import type { Context } from '../operations/frame/context.ts';
import type { ImportReport } from '../operations/imports/run-slice.ts';

/** What an operator is told of an invitation of theirs. */
export type News = {
  operator: string;
  news: 'invitation-bounced' | 'invitation-unsent' | 'invitation-asked-again';
  invitationId: string;
};

/** What one admin is told of mail that fails, or works again. */
export type OutageNews = { operator: string; code: string; since: string; isOver: boolean };

export type AboutApproval = { approvalId: string };

/** Where a message is; null until there is one. */
type Place = { channelId: string | null; messageTs: string | null };
type ImportPlace = Place & {
  /** Who is written to when there is no place yet. */ slackUserId: string;
};

/** What the tasks work with, made by `app`. */
export type JobMeans = {
  log: Log;
  /** A context for work that no person asked for. */
  system(name: string): Context;
  delivery: MailDelivery;
  from: string;
  replyTo: string;
  /** Throws while the surface is away: the task is tried again later. */
  surfaces(): {
    repaintCards(job: { accountId: string }): Promise<void>;
    tellOperator(job: News): Promise<void>;
    repaintApproval(job: AboutApproval): Promise<void>;
    repaintSubscription(job: { subscriptionId: string }): Promise<void>;
    repaintSignUps(job: { summaryId: string }): Promise<void>;
    tellRequester(job: AboutApproval): Promise<void>;
    remindOfApproval(job: AboutApproval): Promise<void>;
    postNotice(job: { auditId: string }): Promise<void>;
    tellOfLostOperator(job: { person: string }): Promise<void>;
    tellOfOutage(job: OutageNews): Promise<void>;
    /** Says how far an import is, and at its end how each row ended; tells where the message is then. */
    showImport(report: ImportReport, message: ImportPlace): Promise<Place>;
    tellOfEndingToken(job: { tokenId: string }): Promise<void>;
  };
  everyMinute(): Promise<void>;
  /** Ends what a stop left locked: the jobs of these workers, of which some are done. */
  writeOffJobs(jobs: { workers: string[]; succeeded: string[] }): Promise<void>;
};
