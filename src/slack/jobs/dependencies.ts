import type { WebClient } from '@slack/web-api';
import type { JobInput, JobName } from '../../domain/jobs.ts';
import type { Log } from '../../log.ts';
import type { Context } from '../../operations/frame/context.ts';

export type SlackJobDependencies = {
  client: WebClient;
  apiUrl: string;
  teamId: string;
  approvalsChannel: string | null;
  /** The user group that approval cards mention. */
  approversGroup: string | null;
  /** A context for work that no person asked for. */
  system: () => Context;
  /** Whether people without a role can read a channel: cards there leave out the email and the note. */
  isExposed: (channelId: string) => Promise<boolean>;
  log: Log;
};

/** What runs a job of the table in `src/domain/jobs.ts`. */
export type SlackJob<Name extends JobName> = (
  dependencies: SlackJobDependencies,
  input: JobInput<Name>,
) => Promise<void>;
