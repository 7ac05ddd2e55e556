import { DomainError } from '../domain/domain-error.ts';
import type { Call, Command } from './call.ts';

const ROLES: Record<Command['who'], readonly (string | null)[]> = {
  admins: ['admin'],
  'admins and approvers': ['admin', 'approver'],
  everybody: ['admin', 'approver', null],
};

/** Spares people a form that they could not submit. Whether they may is still decided when they do. */
export async function demandRole(call: Call, who: Command['who']): Promise<void> {
  if (!ROLES[who].includes(await call.role())) throw new DomainError('not_permitted');
}
