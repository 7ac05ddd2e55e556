// Registers one Bolt listener for each kind of request that Slack sends. Each listener looks for API keys in what the
// person typed before any command, modal or button sees it.
import type { App } from '@slack/bolt';
import { createDeliver, type RunInBackground } from './delivery.ts';
import type { SlackDependencies } from './dispatcher.ts';
import { registerButtons } from './register-buttons.ts';
import { registerCommands } from './register-commands.ts';
import { registerEvents } from './register-events.ts';
import { registerOptions } from './register-options.ts';
import { registerShortcuts } from './register-shortcuts.ts';
import { registerViews } from './register-views.ts';

export function register(app: App, dependencies: SlackDependencies, runInBackground: RunInBackground): void {
  const deliver = createDeliver(dependencies, runInBackground);
  registerCommands(app, dependencies, deliver);
  registerButtons(app, dependencies, deliver);
  registerViews(app, dependencies, deliver);
  registerOptions(app, dependencies);
  registerShortcuts(app, dependencies, deliver);
  registerEvents(app, dependencies, deliver);
}
