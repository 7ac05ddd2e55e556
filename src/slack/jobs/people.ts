import { confirmOperator } from '../../operations/operators/confirm.ts';
import { loseRole } from '../../operations/operators/lose.ts';
import type { SlackJob } from './dependencies.ts';
import { userIdIn } from './direct-messages.ts';

/** An operator of another workspace is left to the process that is connected to it: only its Slack knows them. */
export const confirmPerson: SlackJob<'confirm-operator'> = async (dependencies, { person }) => {
  const { teamId, system, log } = dependencies;
  const userId = userIdIn(dependencies, person);
  if (!userId) return;
  const membership = await confirmOperator(system(), { teamId, userId });
  if (membership === 'member') return;
  const { lost } = await loseRole(system(), { teamId, userId });
  if (lost)
    log.warn(
      { userId, role: lost, membership },
      'this operator lost their role and tokens, because Slack says that they are no full member; naming them in SLACK_ADMINS or SLACK_APPROVERS does not give it back',
    );
};
