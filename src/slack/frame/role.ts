// Checks a role before a modal opens, so that people don't fill in what they can't submit. The operation checks again.
import type { ModalView } from '@slack/types';
import type { Role } from '../../operations/frame/context.ts';
import { listOperators } from '../../operations/operators/list.ts';
import { showOwnRole } from '../../operations/operators/show-own-role.ts';
import type { Command, SlackRequest } from './feature.ts';

const MAX_ADMINS_NAMED = 10;

const ROLES: Record<Exclude<Command['who'], 'everybody'>, Role[]> = {
  admins: ['admin'],
  'admins and approvers': ['admin', 'approver'],
};

/** Throws `not_permitted` for another role, and for anyone who is not a full member of the workspace. */
export async function requireRole(request: SlackRequest, who: Command['who']): Promise<void> {
  await showOwnRole(request.context, who === 'everybody' ? {} : { oneOf: ROLES[who] });
}

export function openModalFor(
  who: Command['who'],
  request: SlackRequest,
  make: () => ModalView | Promise<ModalView>,
): Promise<void> {
  return request.openModal(async () => {
    await requireRole(request, who);
    return make();
  });
}

/** The sentence that tells a person which admins to ask. */
export async function adminsToAsk(request: SlackRequest): Promise<string> {
  const operators = await listOperators(request.context, { teamId: request.actor.teamId });
  const admins = operators
    .filter((operator) => operator.role === 'admin')
    .slice(0, MAX_ADMINS_NAMED)
    .map((operator) => `<@${operator.slackUserId}>`);
  return admins.length
    ? `Ask ${admins.join(', ')} for what you may not do yourself.`
    : 'There is no admin yet: the person who runs this app names one in SLACK_ADMINS.';
}
