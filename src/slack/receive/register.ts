// Registers one Bolt listener for each kind of request that Slack sends. Each listener looks for API keys in what the
// person typed before any command, modal or button sees it.
import type { App, Receiver, ReceiverEvent } from '@slack/bolt';
import type { Deliveries, RequestKinds } from './delivery.ts';
import type { SlackDependencies } from './dispatcher.ts';
import { answerPress, registerButtons } from './register-buttons.ts';
import { answerCommand, registerCommands } from './register-commands.ts';
import { answerEvent, isEvent, receiveEvent } from './register-events.ts';
import { registerOptions } from './register-options.ts';
import { answerShortcut, registerShortcuts } from './register-shortcuts.ts';
import { answerSubmission, registerViews } from './register-views.ts';

/** Who does the work of each kind. A stored request names its kind, so these names stay. */
export const requestKinds = (dependencies: SlackDependencies): RequestKinds => ({
  command: (body, delivery) => answerCommand(dependencies, body, delivery),
  button: (body, delivery) => answerPress(dependencies, body, delivery),
  submission: (body, delivery) => answerSubmission(dependencies, body, delivery),
  shortcut: (body, delivery) => answerShortcut(dependencies, body, delivery),
  event: (body, delivery) => answerEvent(dependencies, body, delivery),
});

/** Registers the listeners. What `receiver` gets goes to Bolt, except events. */
export function register(
  { app, receiver }: { app: App; receiver: Receiver },
  dependencies: SlackDependencies,
  deliveries: Deliveries,
): void {
  registerCommands(app, deliveries);
  registerButtons(app, deliveries);
  registerViews(app, dependencies, deliveries);
  registerOptions(app, dependencies);
  registerShortcuts(app, deliveries);
  const processEvent = (request: ReceiverEvent) =>
    isEvent(request.body) ? receiveEvent(dependencies, deliveries, request) : app.processEvent(request);
  receiver.init({ processEvent } as App);
}
