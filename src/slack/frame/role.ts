import type { Role } from '../../operations/frame/context.ts';
import { showOwnRole } from '../../operations/operators/show-own-role.ts';
import type { Command, SlackRequest } from './feature.ts';

const ROLES: Record<Exclude<Command['who'], 'everybody'>, Role[]> = {
  admins: ['admin'],
  'admins and approvers': ['admin', 'approver'],
};

/** Spares people a form that they could not submit. Whether they may is decided again when they do. */
export async function requireRole(request: SlackRequest, who: Command['who']): Promise<void> {
  // Everybody is every full member of the workspace: guests and strangers are refused here too.
  await showOwnRole(request.context, who === 'everybody' ? {} : { oneOf: ROLES[who] });
}
