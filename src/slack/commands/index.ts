// The one table of what the app answers to. What is not in it does not exist.
import type { Command, Feature, OnPress, Shortcut, Submission } from '../call.ts';
import { activate } from './activate.ts';
import { add } from './add.ts';
import { apis } from './apis.ts';
import { approvals } from './approvals.ts';
import { block } from './block.ts';
import { deleteFeature } from './delete.ts';
import { edit } from './edit.ts';
import { grant } from './grant.ts';
import { groups } from './groups.ts';
import { createHelp } from './help.ts';
import { history } from './history.ts';
import { importFeature } from './import.ts';
import { invite } from './invite.ts';
import { invites } from './invites.ts';
import { leakedKey } from './leaked-key.ts';
import { list } from './list.ts';
import { createCommandRunner } from './mistyped.ts';
import { operators } from './operators.ts';
import { products } from './products.ts';
import { request } from './request.ts';
import { resetPassword } from './reset-password.ts';
import { restore } from './restore.ts';
import { show } from './show.ts';
import { subscriptionDeeds } from './subscription-deeds.ts';
import { subscriptions } from './subscriptions.ts';
import { templates } from './templates.ts';
import { tokens } from './tokens.ts';
import { undoFeature } from './undo.ts';

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
