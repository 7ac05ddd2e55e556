// The table of background jobs. A new job is a row here and the function that runs it: in `src/jobs/tasks.ts`, or, when
// `runsIn` is `slack`, in `src/slack/jobs`. The compiler asks for that function.
import { z } from 'zod';
import { MIRRORED_KINDS } from './azure-mirror.ts';

type Job<Input extends z.ZodObject> = {
  /** Ids only, never a text, an address or a secret: the queue is readable and its rows outlive their use. */
  input: Input;
  maxAttempts: number;
  runsIn: 'server' | 'slack';
  /** The job fails while Slack is away, and is retried as soon as Slack is back. */
  needsSlack: boolean;
  /** A new job replaces a waiting one with the same key. */
  key?: (input: z.output<Input>) => string;
  /** Jobs with the same key never run at once: two that repaint one card would race. */
  isSerial?: true;
  /** Jobs of one queue never run at once. */
  queue?: (input: z.output<Input>) => string;
};

const id = z.string();
const serviceId = id;
/** One job at a time reads Azure, so that mails never wait for it. */
const readerOf = (input: { serviceId: string }): string => `azure-read:${input.serviceId}`;

function slackJob<Input extends z.ZodObject>(
  input: Input,
  more: Pick<Job<Input>, 'key' | 'queue' | 'isSerial'> = {},
): Job<Input> & { runsIn: 'slack' } {
  return { input, maxAttempts: 25, needsSlack: true, ...more, runsIn: 'slack' };
}

function serverJob<Input extends z.ZodObject>(
  input: Input,
  more: Pick<Job<Input>, 'key' | 'queue' | 'maxAttempts' | 'isSerial'> & { needsSlack?: true },
): Job<Input> & { runsIn: 'server' } {
  return { input, needsSlack: false, ...more, runsIn: 'server' };
}

export const JOBS = {
  'deliver-mail': serverJob(z.object({ serviceId, mailId: id }), {
    maxAttempts: 25,
    key: ({ mailId }) => `mail:${mailId}`,
  }),
  /** Answers a public form. The address is sealed; the job looks up later whether an account has it. */
  'answer-public-request': serverJob(
    z.object({ serviceId, kind: z.enum(['password-reset', 'invitation']), sealedEmail: z.string() }),
    { maxAttempts: 10 },
  ),
  /** Answers a sign-up. The address and names are sealed. */
  'answer-sign-up': serverJob(z.object({ serviceId, sealedSignUp: z.string() }), { maxAttempts: 10 }),
  /** Runs the next rows of a batch and shows the progress in Slack. After five failures the sweep queues another job. */
  'run-batch': serverJob(z.object({ serviceId, batchId: id }), {
    maxAttempts: 5,
    needsSlack: true,
    key: ({ batchId }) => `batch:${batchId}`,
  }),
  /** Queues the next mails of an announcement. */
  'advance-announcement': serverJob(z.object({ serviceId, announcementId: id }), {
    maxAttempts: 5,
    key: (input) => `announcement:${input.serviceId}:${input.announcementId}`,
    isSerial: true,
  }),
  /** Shows the progress of an announcement to the operator who sent it. The first one posts the message. */
  'repaint-announcement': slackJob(z.object({ serviceId, announcementId: id }), {
    key: (input) => `announcement-message:${input.serviceId}:${input.announcementId}`,
    isSerial: true,
  }),
  /** Finishes a request that was acknowledged by a process that has died since. */
  'answer-slack-request': slackJob(z.object({ serviceId, teamId: id, kind: id, id }), {
    key: (input) => `slack:${input.teamId}:${input.kind}:${input.id}`,
  }),
  'repaint-cards': slackJob(z.object({ serviceId, accountId: id }), {
    key: (input) => `cards:${input.serviceId}:${input.accountId}`,
    isSerial: true,
  }),
  'repaint-approval': slackJob(z.object({ serviceId, approvalId: id }), {
    key: (input) => `approval:${input.serviceId}:${input.approvalId}`,
    isSerial: true,
  }),
  'repaint-subscription': slackJob(z.object({ serviceId, subscriptionId: id }), {
    key: (input) => `subscription:${input.serviceId}:${input.subscriptionId}`,
    isSerial: true,
  }),
  'repaint-sign-ups': slackJob(z.object({ serviceId, summaryId: id }), {
    key: (input) => `sign-ups:${input.serviceId}:${input.summaryId}`,
    isSerial: true,
  }),
  'repaint-leaked-key': slackJob(z.object({ serviceId, leakedKeyId: id }), {
    key: (input) => `leaked-key:${input.serviceId}:${input.leakedKeyId}`,
    isSerial: true,
  }),
  /** Of a deleted subscription's key. */
  'close-leaked-key-card': slackJob(z.object({ serviceId, channelId: id, messageTs: id })),
  /** Tells the people who sent or approved a batch of invitations how these ended, each in one message. */
  'repaint-invitations': slackJob(z.object({ serviceId, batchId: id }), {
    key: (input) => `invitations:${input.serviceId}:${input.batchId}`,
    isSerial: true,
  }),
  /** Repaints the messages of a review of access. The first ones ask its reviewers. */
  'repaint-review': slackJob(z.object({ serviceId, reviewId: id }), {
    key: (input) => `review:${input.serviceId}:${input.reviewId}`,
    isSerial: true,
  }),
  /** Tells the people who are asked in a review that accounts wait, or why they are asked now. */
  'tell-of-review': slackJob(
    z.object({ serviceId, reviewId: id, news: z.enum(['waiting', 'escalated', 'handed-over']) }),
  ),
  /** Sends the report of a review that has ended. */
  'send-review-report': slackJob(z.object({ serviceId, reviewId: id })),
  /** Posts an audit row in the approvals channel. */
  'post-notice': slackJob(z.object({ serviceId, auditId: id })),
  /** Posts Monday's digest in the approvals channel. */
  'post-digest': slackJob(z.object({ serviceId }), { key: (input) => `digest:${input.serviceId}` }),
  /** Tells an operator what happened to an invitation of theirs. */
  'tell-operator': slackJob(
    z.object({
      serviceId,
      operator: id,
      news: z.enum(['invitation-bounced', 'invitation-unsent', 'invitation-asked-again']),
      invitationId: id,
    }),
  ),
  /** Tells the requester how their approval ended. */
  'tell-requester': slackJob(z.object({ serviceId, approvalId: id }), {
    key: (input) => `approval-end:${input.serviceId}:${input.approvalId}`,
  }),
  /** Reminds the approvers of an open approval. */
  'remind-of-approval': slackJob(z.object({ serviceId, approvalId: id })),
  /** Tells the admins that an operator lost their role, and which invitations of theirs are open. */
  'tell-of-lost-operator': slackJob(z.object({ serviceId, person: id })),
  /** Asks Slack whether an operator is still a full member. One who isn't loses their role. */
  'confirm-operator': slackJob(z.object({ serviceId, person: id }), {
    key: (input) => `operator:${input.serviceId}:${input.person}`,
    isSerial: true,
  }),
  /** Tells one admin that mail fails, or works again. The second replaces the first if that still waits. */
  'tell-of-outage': slackJob(
    z.object({ serviceId, operator: id, code: z.string(), since: z.string(), isOver: z.boolean() }),
    { key: (input) => `outage:${input.serviceId}:${input.operator}` },
  ),
  /** Tells the owner of a subscription that most or all of its quota is used. The second replaces the first if that waits. */
  'tell-of-quota': serverJob(z.object({ serviceId, subscriptionId: id, news: z.enum(['near', 'used_up']) }), {
    maxAttempts: 10,
    key: (input) => `quota:${input.serviceId}:${input.subscriptionId}`,
  }),
  /** Sends a file of rows to the direct message of the admin who asked for it. One at a time: it is built in memory. */
  'send-export': slackJob(z.object({ serviceId, exportId: id }), {
    key: ({ exportId }) => `export:${exportId}`,
    queue: (input) => `exports:${input.serviceId}`,
  }),
  'delete-exported-file': slackJob(z.object({ serviceId, exportId: id, fileId: id }), {
    key: ({ exportId }) => `export-end:${exportId}`,
  }),
  /** Gives an account that came in by a rule its first subscription to a product. */
  'give-product': serverJob(z.object({ serviceId, accountId: id, productId: id, isApproved: z.boolean() }), {
    maxAttempts: 25,
  }),
  /** Warns the owner of a token that ends soon. */
  'tell-of-ending-token': slackJob(z.object({ serviceId, tokenId: id }), {
    key: (input) => `token-end:${input.serviceId}:${input.tokenId}`,
  }),
  /** Brings Azure to what is here: the orders of one half of the lanes. */
  'azure-send': serverJob(z.object({ serviceId, half: z.int() }), {
    maxAttempts: 5,
    // The triggers name this queue too, and no key: two changes at once would wait for each other.
    key: (input) => `azure:${input.serviceId}:${input.half}`,
    isSerial: true,
  }),
  /** Reads the next page of Azure. */
  'azure-pull': serverJob(z.object({ serviceId }), {
    maxAttempts: 5,
    key: (input) => `azure-pull:${input.serviceId}`,
    queue: readerOf,
  }),
  /** Reads one thing in Azure, and does what follows. */
  'azure-look': serverJob(z.object({ serviceId, kind: z.enum(MIRRORED_KINDS), id }), {
    maxAttempts: 10,
    key: (input) => `azure-look:${input.serviceId}:${input.kind}:${input.id}`,
    queue: readerOf,
  }),
  /** Asks Azure's activity log who made a difference that has a card. */
  'azure-who': serverJob(z.object({ serviceId, driftId: id }), {
    maxAttempts: 3,
    key: (input) => `azure-who:${input.serviceId}:${input.driftId}`,
  }),
  /** Repaints the card of a difference with Azure. The first one posts it. */
  'repaint-drift': slackJob(z.object({ serviceId, driftId: id }), {
    key: (input) => `drift:${input.serviceId}:${input.driftId}`,
    // Cards are posted in the order in which the differences were found.
    queue: (input) => `drifts:${input.serviceId}`,
  }),
  /** The service has left the instance: nothing is left to decide, and the message outlives its row. */
  'close-drift-card': slackJob(z.object({ serviceId, channelId: id, messageTs: id })),
};

export type JobName = keyof typeof JOBS;
export type JobInput<Name extends JobName> = z.output<(typeof JOBS)[Name]['input']>;

type NameIn<Place extends 'server' | 'slack'> = {
  [Name in JobName]: (typeof JOBS)[Name]['runsIn'] extends Place ? Name : never;
}[JobName];

/** The functions that run the jobs of one place. */
export type JobFunctions<Place extends 'server' | 'slack'> = {
  [Name in NameIn<Place>]: (input: JobInput<Name>) => Promise<void>;
};

export const JOB_NAMES = Object.keys(JOBS) as JobName[];

/** The queue's options for a job. It replaces a waiting job with its `key`, and jobs of one `queue` never run at once. */
export function jobOptions<Name extends JobName>(
  name: Name,
  input: JobInput<Name>,
): { maxAttempts: number; key: string | null; queue: string | null } {
  const { maxAttempts, key: keyOf, isSerial, queue } = JOBS[name] as unknown as Job<z.ZodObject>;
  const key = keyOf?.(input) ?? null;
  return { maxAttempts, key, queue: isSerial ? key : (queue?.(input) ?? null) };
}

/** Whether a new job of this name replaces a waiting one. */
export const hasKey = (name: JobName): boolean => 'key' in JOBS[name];

/** The jobs that fail while Slack is away. */
export const SLACK_JOBS: readonly JobName[] = JOB_NAMES.filter((name) => JOBS[name].needsSlack);
