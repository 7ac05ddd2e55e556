import { loseRole } from '../../operations/operators/lose.ts';
import type { SlackJobDependencies } from './dependencies.ts';
import { userIdIn } from './direct-messages.ts';

/** Asks Slack whether an operator can still act. A person of another workspace is left to the process that is connected to it: only its Slack knows them. */
export async function confirmPerson(
  dependencies: SlackJobDependencies,
  { person }: { person: string },
): Promise<void> {
  const { teamId, system } = dependencies;
  const userId = userIdIn(dependencies, person);
  if (userId) await loseRole(system(), { teamId, userId });
}
