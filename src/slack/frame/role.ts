// What leads to an operation: a search for its target, a form for its input. And which admins to ask.
import type { ModalView } from '@slack/types';
import { DomainError, type DomainErrorCode } from '../../domain/domain-error.ts';
import type { AttemptTarget } from '../../operations/frame/audit-row.ts';
import type { Operation } from '../../operations/frame/operation.ts';
import { listOperators } from '../../operations/operators/list.ts';
import type { Command, SlackRequest } from './feature.ts';

/** Any operation: what leads to it gives it no input. */
export type AnyOperation = Pick<Operation<never, unknown>, 'allowed' | 'attempt' | 'demand'>;

const MAX_ADMINS_NAMED = 10;

/** For help. The operation decides. */
export function whoMay({ allowed }: AnyOperation): Command['who'] {
  if (allowed.includes('member')) return 'everyone';
  return allowed.includes('approver') ? 'admins and approvers' : 'admins';
}

/** Reads and forms that lead to an operation. Refused, and recorded as that operation, unless the person may run it. */
export function attempt<Result>(
  request: SlackRequest,
  operation: AnyOperation,
  target: AttemptTarget,
  work: (request: SlackRequest) => Promise<Result> | Result,
): Promise<Result> {
  return operation.attempt(request.context, target, async (context) => {
    await operation.demand(context);
    return work({ ...request, context });
  });
}

/**
 * Records that an operation was refused, for a refusal whose message has more than an error can say.
 * Errors: those of permission, when it is refused for that.
 */
export async function recordRefused(
  request: SlackRequest,
  operation: AnyOperation,
  code: DomainErrorCode,
): Promise<void> {
  const refuse = () => Promise.reject(new DomainError(code));
  await attempt(request, operation, {}, refuse).catch((error: unknown) => {
    if (!(error instanceof DomainError) || error.code !== code) throw error;
  });
}

/** Opens the form of an operation. Its submission checks permission again. */
export const openModalFor = (
  request: SlackRequest,
  operation: AnyOperation,
  target: AttemptTarget,
  make: (request: SlackRequest) => ModalView | Promise<ModalView>,
): Promise<void> => request.openModal(() => attempt(request, operation, target, make));

/** The sentence that tells a person which admins to ask. */
export async function adminsToAsk(request: SlackRequest): Promise<string> {
  const operators = await listOperators(request.context, { teamId: request.actor.teamId });
  const admins = operators
    .filter((operator) => operator.role === 'admin')
    .slice(0, MAX_ADMINS_NAMED)
    .map((operator) => `<@${operator.slackUserId}>`);
  return admins.length
    ? `Ask ${admins.join(' or ')}.`
    : 'There is no admin yet. Ask the person who runs this app to name one in SLACK_ADMINS.';
}
