// views.*
import { checkView } from '../checks/payloads.ts';
import { type Dict, textOf, type View } from '../shapes.ts';
import { viewJson } from '../workspace/slack-json.ts';
import { SlackRefusal } from '../workspace/slack-refusal.ts';
import type { Workspace } from '../workspace/workspace.ts';

export const openView = (w: Workspace, args: Dict): Dict => useTrigger(w, args, w.views.open);
export const pushView = (w: Workspace, args: Dict): Dict => useTrigger(w, args, w.views.push);

export function updateView(w: Workspace, args: Dict): Dict {
  const id = textOf(args.view_id);
  if (id === '') throw SlackRefusal.forArguments('missing required field: view_id');
  const view = w.views.find(id);
  if (view === null) throw new SlackRefusal('not_found');
  checkView(args.view, view.type);
  return { view: viewJson(w.views.update(view, args.view as Dict, textOf(args.hash))) };
}

export function publishView(w: Workspace, args: Dict): Dict {
  const person = w.conversations.people.get(textOf(args.user_id));
  if (person === undefined || person.isBot) throw new SlackRefusal('user_not_found');
  checkView(args.view, 'home');
  return { view: viewJson(w.views.publish(person.id, args.view as Dict, textOf(args.hash))) };
}

/** Spends the trigger only once the view is open, so that the app can use it again for a corrected view. */
function useTrigger(w: Workspace, args: Dict, show: (user: string, payload: Dict) => View): Dict {
  const trigger = textOf(args.trigger_id);
  if (trigger === '') throw SlackRefusal.forArguments('missing required field: trigger_id');
  const user = w.triggers.check(trigger);
  checkView(args.view, 'modal');
  const view = show(user, args.view as Dict);
  w.triggers.spend(trigger);
  return { view: viewJson(view) };
}
