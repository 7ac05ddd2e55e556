// Who decides approvals, and in which channels the cards appear.
import { listOperators } from '../../operations/operators/list.ts';
import type { SlackJobDependencies } from './dependencies.ts';
import { openDirectMessage } from './direct-messages.ts';

/** The Slack ids of all operators but one (`T012/U345`): the requester, or the operator that the message is about. */
export async function operatorsWithout(
  { system, teamId }: SlackJobDependencies,
  person: string,
  role?: 'admin',
): Promise<string[]> {
  const operators = await listOperators(system(), { teamId });
  return operators
    .filter((one) => `${teamId}/${one.slackUserId}` !== person && (!role || one.role === role))
    .map((one) => one.slackUserId);
}

export const mentionOf = ({ approversGroup }: SlackJobDependencies): string | null =>
  approversGroup ? `<!subteam^${approversGroup}>` : null;

/** The approvals channel; without one, the direct message of each operator. */
export async function approvalChannels(dependencies: SlackJobDependencies): Promise<string[]> {
  const { approvalsChannel, teamId, system } = dependencies;
  if (approvalsChannel) return [approvalsChannel];
  const operators = await listOperators(system(), { teamId });
  return openAll(
    dependencies,
    operators.map((one) => one.slackUserId),
  );
}

/**
 * The approvals channel, and the direct message of each operator but the requester. Where the card in the channel
 * mentions a user group, Slack notifies the operators, so they get no message of their own.
 */
export async function approvalChannelsWithout(
  dependencies: SlackJobDependencies,
  requestedBy: string,
): Promise<string[]> {
  const { approvalsChannel } = dependencies;
  if (approvalsChannel && mentionOf(dependencies)) return [approvalsChannel];
  const channels = await openAll(dependencies, await operatorsWithout(dependencies, requestedBy));
  return approvalsChannel ? [approvalsChannel, ...channels] : channels;
}

async function openAll(dependencies: SlackJobDependencies, userIds: string[]): Promise<string[]> {
  const channels = await Promise.all(userIds.map((userId) => openDirectMessage(dependencies, userId)));
  return channels.filter((channel) => channel !== null);
}
