// A person submits or closes a modal, and Slack does what the app's answer says.

import { checkView } from '../checks/messages.ts';
import { type Dict, isDict, type StateValues, textOf, type View } from '../shapes.ts';
import { SlackRefusal } from '../workspace/slack-refusal.ts';
import { missingValues } from '../workspace/view-state.ts';
import { viewJson } from '../workspace/views.ts';
import { type ActionContext, interactionHead } from './context.ts';
import type { AppResponse } from './delivery.ts';

const MODAL_TROUBLE = 'We had some trouble connecting. Try again?';

/** Errors beside the fields (block_id → words), or nothing when the modal went through. */
export type Submitted = { errors: Record<string, string>; trouble: string; answer: AppResponse | null };

function openView(c: ActionContext, user: string, id: string): View {
  const view = c.workspace.views.find(id);
  if (view === null || view.user !== user || view.type !== 'modal') throw new SlackRefusal('view_not_found');
  if (c.workspace.views.top(user) !== view) throw new SlackRefusal('view_not_on_top');
  return view;
}

export async function submitView(
  c: ActionContext,
  o: { user: string; view: string; values: StateValues },
): Promise<Submitted> {
  const view = openView(c, o.user, o.view);
  if (view.blocks.some((block) => block.type === 'input') === false && !isDict(view.payload.submit))
    throw new SlackRefusal('view_has_no_submit');
  const missing = missingValues(view.blocks, o.values);
  if (Object.keys(missing).length > 0) return { errors: missing, trouble: '', answer: null };
  const answer = await c.sender.interaction('view_submission', o.user, {
    ...interactionHead(c, 'view_submission', o.user),
    trigger_id: c.workspace.triggers.mint(o.user),
    view: viewJson(view, o.values),
    response_urls: [],
  });
  if (answer.problem !== '') {
    c.workspace.notify(o.user, `${MODAL_TROUBLE} (${answer.problem})`);
    return { errors: {}, trouble: MODAL_TROUBLE, answer };
  }
  try {
    return { errors: followAnswer(c, view, answer.body), trouble: '', answer };
  } catch (error) {
    const refusal = error instanceof SlackRefusal ? error : new SlackRefusal('invalid_json');
    c.workspace.recordApiCall({
      method: 'view_submission answer',
      error: refusal.code,
      messages: [JSON.stringify(refusal.extra)],
      sent: {},
    });
    c.workspace.notify(o.user, MODAL_TROUBLE);
    return { errors: {}, trouble: MODAL_TROUBLE, answer };
  }
}

/** Does what `response_action` says; returns the errors it carried. */
function followAnswer(c: ActionContext, view: View, text: string): Record<string, string> {
  const { views } = c.workspace;
  if (text.trim() === '') {
    views.close(view.user, 1);
    return {};
  }
  const parsed: unknown = JSON.parse(text);
  const body: Dict = isDict(parsed) ? parsed : {};
  c.workspace.recordApiCall({ method: 'view_submission answer', error: '', messages: [], sent: body });
  switch (body.response_action) {
    case undefined:
      views.close(view.user, 1);
      return {};
    case 'clear':
      views.close(view.user);
      return {};
    case 'update':
      checkView(body.view, 'modal');
      views.update(view, body.view as Dict, null);
      return {};
    case 'push':
      checkView(body.view, 'modal');
      views.push(view.user, body.view as Dict);
      return {};
    case 'errors':
      return readErrors(view, body.errors);
    default:
      throw new SlackRefusal('invalid_response_action');
  }
}

function readErrors(view: View, errors: unknown): Record<string, string> {
  if (!isDict(errors) || Object.keys(errors).length === 0) throw new SlackRefusal('invalid_errors');
  const inputs = new Set(
    view.blocks.filter((block) => block.type === 'input').map((block) => block.block_id),
  );
  for (const [blockId, words] of Object.entries(errors)) {
    if (!inputs.has(blockId))
      throw new SlackRefusal('invalid_errors', { messages: [`no input block ${blockId}`] });
    if (textOf(words) === '')
      throw new SlackRefusal('invalid_errors', { messages: [`no words for ${blockId}`] });
  }
  return errors as Record<string, string>;
}

/** Cancels the top modal, or with `isCleared` the whole stack (the X). */
export function closeView(c: ActionContext, o: { user: string; view: string; isCleared?: boolean }): void {
  openView(c, o.user, o.view);
  c.workspace.views.close(o.user, o.isCleared ? undefined : 1);
}
