import { sql } from 'drizzle-orm';
import type { Database, Transaction } from '../connection/connect.ts';

/** Every background task and what it is given: ids only, never a text, an address or a secret. */
export type Jobs = {
  'deliver-mail': { serviceId: string; mailId: string };
  'repaint-cards': { serviceId: string; accountId: string };
  'repaint-approval': { serviceId: string; approvalId: string };
  'repaint-subscription': { serviceId: string; subscriptionId: string };
  /** Says an audit row in the approvals channel. */
  'post-notice': { serviceId: string; auditId: string };
  /** The address is sealed: a public form was sent, and whether anybody has that address is looked up later. */
  'answer-public-request': { serviceId: string; kind: 'password-reset' | 'invitation'; sealedEmail: string };
  /** Sealed: the address and names that somebody signed up with. */
  'answer-sign-up': { serviceId: string; sealedWish: string };
  'repaint-sign-ups': { serviceId: string; summaryId: string };
  'tell-operator': {
    serviceId: string;
    operator: string;
    news: 'invitation-bounced' | 'invitation-unsent' | 'invitation-asked-again';
    invitationId: string;
  };
  /** To whoever asked: what became of it. */
  'tell-requester': { serviceId: string; approvalId: string };
  /** To those who may decide: it still waits. */
  'remind-of-approval': { serviceId: string; approvalId: string };
  /** Does the next rows of an import, and says in Slack how far it is. */
  'run-import': { serviceId: string; importId: string };
  /** To the admins: somebody can't act any more; these are their open invitations. */
  'tell-of-lost-operator': { serviceId: string; person: string };
  /** To one admin: mail fails, or works again. */
  'tell-of-outage': { serviceId: string; operator: string; code: string; since: string; isOver: boolean };
  /** To the owner of a token: it ends soon. */
  'tell-of-ending-token': { serviceId: string; tokenId: string };
};

/** What only Slack can show. */
export const SLACK_JOBS = [
  'repaint-cards',
  'repaint-approval',
  'repaint-sign-ups',
  'repaint-subscription',
  'post-notice',
  'tell-operator',
  'tell-requester',
  'remind-of-approval',
  'tell-of-lost-operator',
  'tell-of-outage',
  'run-import',
  'tell-of-ending-token',
] as const satisfies readonly (keyof Jobs)[];

const MAX_ATTEMPTS = {
  'deliver-mail': 25,
  'repaint-cards': 25,
  'repaint-approval': 25,
  'repaint-subscription': 25,
  'post-notice': 25,
  'tell-requester': 25,
  'remind-of-approval': 25,
  'tell-of-lost-operator': 25,
  'tell-of-outage': 25,
  'tell-of-ending-token': 25,
  'answer-public-request': 10,
  'answer-sign-up': 10,
  'repaint-sign-ups': 25,
  'tell-operator': 25,
  // The sweep gives it another job.
  'run-import': 5,
} as const;

/** Adds a job inside the operation's own transaction: it exists if and only if the change does. */
export async function addJob<Name extends keyof Jobs>(
  tx: Transaction,
  name: Name,
  payload: Jobs[Name],
  options: { key?: string; runAt?: Date; queue?: string } = {},
): Promise<void> {
  await tx.execute(sql`select graphile_worker.add_job(
    ${name}::text,
    payload := ${JSON.stringify(payload)}::json,
    run_at := ${options.runAt?.toISOString() ?? null}::timestamptz,
    max_attempts := ${MAX_ATTEMPTS[name]}::int,
    job_key := ${options.key ?? null}::text,
    queue_name := ${options.queue ?? null}::text
  )`);
}

/** Age of the oldest job that could run and doesn't, in seconds; 0 when none waits. */
export async function findOldestWaitingJobSeconds(db: Database): Promise<number> {
  const [row] = await db.execute<{ seconds: string | null }>(sql`
    select extract(epoch from now() - min(run_at)) as seconds from graphile_worker.jobs
    where run_at <= now() and locked_at is null and attempts < max_attempts`);
  return Number(row?.seconds ?? 0);
}

/** Tries at once what failed before, of these tasks: what they needed was away, and is back. */
export async function retryJobsNow(db: Database, names: readonly (keyof Jobs)[]): Promise<void> {
  await db.execute(sql`
    select graphile_worker.reschedule_jobs(array_agg(id), run_at := now()) from graphile_worker.jobs
    where task_identifier in ${[...names]} and locked_at is null
      and attempts between 1 and max_attempts - 1
    having count(*) > 0`);
}

/** Every task has its limits, far below this: whoever holds a job for longer is dead, and its queues wait with it. */
const DEAD_AFTER_MINUTES = 10;

/** graphile-worker itself frees the jobs of a killed process after four hours. */
export async function unlockJobsOfDeadWorkers(db: Database): Promise<void> {
  await db.execute(sql`
    select graphile_worker.force_unlock_workers(array_agg(distinct locked_by)) from graphile_worker.jobs
    where locked_at < now() - ${DEAD_AFTER_MINUTES} * interval '1 minute'
    having count(*) > 0`);
}

/**
 * graphile-worker resolves its stop without writing off the last job that ended: that job, and every other of its queue,
 * would stay locked for four hours.
 */
export async function writeOffJobs(
  db: Database,
  { workers, succeeded }: { workers: string[]; succeeded: string[] },
): Promise<void> {
  const list = (values: string[]) => sql`(select coalesce(array_agg(value), '{}') from
    json_array_elements_text(${JSON.stringify(values)}::json))`;
  await db.execute(sql`select graphile_worker.force_unlock_workers(${list(workers)}::text[])`);
  await db.execute(sql`select graphile_worker.complete_jobs(${list(succeeded)}::bigint[])`);
}
