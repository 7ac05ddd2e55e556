// The one table of what the app answers to. What is not in it does not exist.

import { activate } from './commands/activate.ts';
import { add } from './commands/add.ts';
import { apis } from './commands/apis.ts';
import { approvals } from './commands/approvals.ts';
import { block } from './commands/block.ts';
import { deleteFeature } from './commands/delete.ts';
import { edit } from './commands/edit.ts';
import { groups } from './commands/groups.ts';
import { createHelp } from './commands/help.ts';
import { history } from './commands/history.ts';
import { importFeature } from './commands/import.ts';
import { invite } from './commands/invite.ts';
import { invites } from './commands/invites.ts';
import { list } from './commands/list.ts';
import { operators } from './commands/operators.ts';
import { products } from './commands/products.ts';
import { request } from './commands/request.ts';
import { resetPassword } from './commands/reset-password.ts';
import { restore } from './commands/restore.ts';
import { show } from './commands/show.ts';
import { subscriptions } from './commands/subscriptions.ts';
import { templates } from './commands/templates.ts';
import { tokens } from './commands/tokens.ts';
import { grant } from './features/grant-subscription.ts';
import { leakedKey } from './features/regenerate-key.ts';
import { createCommandRunner } from './features/run-command.ts';
import { subscriptionDeeds } from './features/subscription-actions.ts';
import { undoFeature } from './features/undo.ts';
import type { Command, Feature, OnPress, Shortcut, Submission } from './frame/feature.ts';

const runner = createCommandRunner(() => COMMANDS);

const FEATURES: Feature[] = [
  add,
  invite,
  invites,
  importFeature,
  list,
  show,
  edit,
  block,
  activate,
  deleteFeature,
  restore,
  resetPassword,
  groups,
  products,
  apis,
  subscriptions,
  subscriptionDeeds,
  leakedKey,
  grant,
  templates,
  history,
  undoFeature,
  approvals,
  request,
  operators,
  tokens,
  createHelp(() => COMMANDS),
  runner.feature,
];

export const COMMANDS: Command[] = FEATURES.flatMap(({ command }) => command ?? []);
export const SHORTCUTS: Shortcut[] = FEATURES.flatMap(({ shortcuts }) => shortcuts ?? []);
export const SUBMISSIONS: ReadonlyMap<string, Submission> = collect(({ submissions }) => submissions);
export const BUTTONS: ReadonlyMap<string, OnPress> = collect(({ buttons }) => buttons);
export const runCommand = runner.run;

/** Two features that claim one name would be a fault that nobody sees: it stops the start. */
function collect<Entry>(of: (feature: Feature) => Record<string, Entry> | undefined): Map<string, Entry> {
  const all = new Map<string, Entry>();
  for (const [name, entry] of FEATURES.flatMap((feature) => Object.entries(of(feature) ?? {}))) {
    if (all.has(name)) throw new Error(`two features claim ${name}`);
    all.set(name, entry);
  }
  return all;
}
