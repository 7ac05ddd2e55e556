// views.*
import { checkView } from '../checks/messages.ts';
import { type Dict, textOf, type View } from '../shapes.ts';
import { SlackRefusal } from '../workspace/slack-refusal.ts';
import { viewJson } from '../workspace/views.ts';
import type { Workspace } from '../workspace/workspace.ts';

function readTrigger(w: Workspace, args: Dict): { id: string; user: string } {
  const id = textOf(args.trigger_id);
  if (id === '')
    throw new SlackRefusal('invalid_arguments', {
      response_metadata: { messages: ['[ERROR] missing required field: trigger_id'] },
    });
  return { id, user: w.triggers.check(id) };
}

/** A trigger is spent only when the view was opened: a refused view may be mended and tried again in time. */
export function openView(w: Workspace, args: Dict): Dict {
  const trigger = readTrigger(w, args);
  checkView(args.view, 'modal');
  const view = w.views.open(trigger.user, args.view as Dict);
  w.triggers.spend(trigger.id);
  return { view: viewJson(view) };
}

export function pushView(w: Workspace, args: Dict): Dict {
  const trigger = readTrigger(w, args);
  checkView(args.view, 'modal');
  const view = w.views.push(trigger.user, args.view as Dict);
  w.triggers.spend(trigger.id);
  return { view: viewJson(view) };
}

export function updateView(w: Workspace, args: Dict): Dict {
  const view = findView(w, args);
  checkView(args.view, view.type);
  return { view: viewJson(w.views.update(view, args.view as Dict, textOf(args.hash))) };
}

function findView(w: Workspace, args: Dict): View {
  const id = textOf(args.view_id);
  const name = textOf(args.external_id);
  if (id === '' && name === '')
    throw new SlackRefusal('invalid_arguments', {
      response_metadata: { messages: ['[ERROR] missing required field: view_id'] },
    });
  const view = id === '' ? w.views.named(name) : w.views.find(id);
  if (view === null) throw new SlackRefusal('not_found');
  return view;
}

export function publishView(w: Workspace, args: Dict): Dict {
  const one = w.conversations.people.get(textOf(args.user_id));
  if (one === undefined || one.isBot) throw new SlackRefusal('user_not_found');
  checkView(args.view, 'home');
  return { view: viewJson(w.views.publish(one.id, args.view as Dict, textOf(args.hash))) };
}
