// A person submits or closes a modal, and Slack does what the app's answer says.
import { checkView } from '../checks/payloads.ts';
import { type Dict, isDict, type StateValues, textOf, type View } from '../shapes.ts';
import { viewJson } from '../workspace/slack-json.ts';
import { SlackRefusal } from '../workspace/slack-refusal.ts';
import { missingValues } from '../workspace/view-state.ts';
import { type ActionContext, interactionHead, reportProblem } from './context.ts';

const TROUBLE = 'We had some trouble connecting. Try again?';

/** Errors beside the fields (block_id → words), or Slack's message when the app failed to answer. */
export type Submitted = { errors: Record<string, string>; trouble: string };

/** Errors: `view_not_found`, `view_not_on_top`, `view_has_no_submit`. */
export async function submitView(
  c: ActionContext,
  o: { user: string; view: string; values: StateValues },
): Promise<Submitted> {
  const view = viewOnTop(c, o.user, o.view);
  if (!isDict(view.payload.submit)) throw new SlackRefusal('view_has_no_submit');
  const missing = missingValues(view.blocks, o.values);
  if (Object.keys(missing).length > 0) return { errors: missing, trouble: '' };
  const response = await c.sender.interaction('view_submission', o.user, {
    ...interactionHead(c, 'view_submission', o.user),
    trigger_id: c.workspace.triggers.mint(o.user),
    view: viewJson(view, o.values),
    response_urls: [],
  });
  if (reportProblem(c, o.user, response, TROUBLE).problem !== '') return { errors: {}, trouble: TROUBLE };
  const record = (sent: Dict, error = '', messages: string[] = []): void =>
    c.workspace.recordApiCall({ method: 'view_submission answer', error, messages, sent });
  try {
    const body: unknown = response.body.trim() === '' ? null : JSON.parse(response.body);
    if (isDict(body)) record(body);
    return { errors: followResponse(c, view, isDict(body) ? body : {}), trouble: '' };
  } catch (error) {
    const refusal = error instanceof SlackRefusal ? error : new SlackRefusal('invalid_json');
    record({}, refusal.code, refusal.messages);
    c.workspace.notify(o.user, TROUBLE);
    return { errors: {}, trouble: TROUBLE };
  }
}

/** Closes the top modal, or with `isCleared` the whole stack (the X). Errors: `view_not_found`, `view_not_on_top`. */
export function closeView(c: ActionContext, o: { user: string; view: string; isCleared?: boolean }): void {
  viewOnTop(c, o.user, o.view);
  c.workspace.views.close(o.user, o.isCleared ? undefined : 1);
}

function viewOnTop(c: ActionContext, user: string, id: string): View {
  const view = c.workspace.views.find(id);
  if (view?.user !== user || view.type !== 'modal') throw new SlackRefusal('view_not_found');
  if (c.workspace.views.top(user) !== view) throw new SlackRefusal('view_not_on_top');
  return view;
}

/** Does what `response_action` says; returns the errors it carried. */
function followResponse(c: ActionContext, view: View, body: Dict): Record<string, string> {
  const { views } = c.workspace;
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
  const entries = Object.entries(isDict(errors) ? errors : {});
  const inputs = view.blocks.filter((block) => block.type === 'input').map((block) => block.block_id);
  const wrong = entries.filter(([blockId, words]) => !inputs.includes(blockId) || textOf(words) === '');
  if (entries.length === 0 || wrong.length > 0) {
    const messages = wrong.map(([blockId]) => `no words, or no input block: ${blockId}`);
    throw new SlackRefusal('invalid_errors', { response_metadata: { messages } });
  }
  return errors as Record<string, string>;
}
