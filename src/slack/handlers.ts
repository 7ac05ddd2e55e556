// The table of everything that the app answers to: subcommands, buttons, submitted modals and shortcuts, by name.
import { activateFeature } from './commands/activate.ts';
import { addFeature } from './commands/add.ts';
import { announceFeature } from './commands/announce.ts';
import { apisFeature } from './commands/apis.ts';
import { approvalsFeature } from './commands/approvals.ts';
import { azureFeature } from './commands/azure.ts';
import { blockFeature } from './commands/block.ts';
import { deleteFeature } from './commands/delete.ts';
import { editFeature } from './commands/edit.ts';
import { exportFeature } from './commands/export.ts';
import { groupsFeature } from './commands/groups.ts';
import { createHelpFeature } from './commands/help.ts';
import { historyFeature } from './commands/history.ts';
import { importFeature } from './commands/import.ts';
import { inviteFeature } from './commands/invite.ts';
import { invitesFeature } from './commands/invites.ts';
import { listFeature } from './commands/list.ts';
import { operatorsFeature } from './commands/operators.ts';
import { productsFeature } from './commands/products.ts';
import { requestFeature } from './commands/request.ts';
import { resetPasswordFeature } from './commands/reset-password.ts';
import { restoreFeature } from './commands/restore.ts';
import { reviewFeature } from './commands/review.ts';
import { rulesFeature } from './commands/rules.ts';
import { serviceFeature } from './commands/service.ts';
import { showFeature } from './commands/show.ts';
import { subscriptionsFeature } from './commands/subscriptions.ts';
import { templatesFeature } from './commands/templates.ts';
import { tokensFeature } from './commands/tokens.ts';
import { usageFeature } from './commands/usage.ts';
import { webhooksFeature } from './commands/webhooks.ts';
import { declineSignUpFeature } from './features/decline-sign-up.ts';
import { detailsFeature } from './features/details.ts';
import { digestFeature } from './features/digest.ts';
import { grantSubscriptionFeature } from './features/grant-subscription.ts';
import { invitationMessagesFeature } from './features/invitation-messages.ts';
import { leakedKeysFeature } from './features/leaked-keys.ts';
import { manyAccountsFeature } from './features/many-accounts.ts';
import { regenerateKeyFeature } from './features/regenerate-key.ts';
import { createCommandRunner } from './features/run-command.ts';
import { subscriptionActionsFeature } from './features/subscription-actions.ts';
import { undoFeature } from './features/undo.ts';
import type { Command, Feature, OnPress, Shortcut, Submission } from './frame/feature.ts';

const commandRunner = createCommandRunner(() => COMMANDS);

const FEATURES: Feature[] = [
  addFeature,
  inviteFeature,
  invitesFeature,
  invitationMessagesFeature,
  importFeature,
  announceFeature,
  listFeature,
  exportFeature,
  manyAccountsFeature,
  showFeature,
  editFeature,
  blockFeature,
  activateFeature,
  deleteFeature,
  restoreFeature,
  resetPasswordFeature,
  groupsFeature,
  productsFeature,
  apisFeature,
  subscriptionsFeature,
  subscriptionActionsFeature,
  regenerateKeyFeature,
  leakedKeysFeature,
  digestFeature,
  grantSubscriptionFeature,
  usageFeature,
  declineSignUpFeature,
  detailsFeature,
  templatesFeature,
  rulesFeature,
  historyFeature,
  undoFeature,
  approvalsFeature,
  reviewFeature,
  requestFeature,
  operatorsFeature,
  tokensFeature,
  webhooksFeature,
  azureFeature,
  serviceFeature,
  createHelpFeature(() => COMMANDS),
  commandRunner.feature,
];

export const COMMANDS: Command[] = FEATURES.flatMap(({ command }) => command ?? []);
export const SHORTCUTS: Shortcut[] = FEATURES.flatMap(({ shortcuts }) => shortcuts ?? []);
export const SUBMISSIONS: ReadonlyMap<string, Submission> = collect(({ submissions }) => submissions);
export const BUTTONS: ReadonlyMap<string, OnPress> = collect(({ buttons }) => buttons);
export const runCommand = commandRunner.run;

/** Throws for a name that two features have, because one of them would never run. */
function collect<Entry>(of: (feature: Feature) => Record<string, Entry> | undefined): Map<string, Entry> {
  const all = new Map<string, Entry>();
  for (const [name, entry] of FEATURES.flatMap((feature) => Object.entries(of(feature) ?? {}))) {
    if (all.has(name)) throw new Error(`two features claim ${name}`);
    all.set(name, entry);
  }
  return all;
}
