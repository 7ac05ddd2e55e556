// Everything that a person can do in Slack, bound to one workspace.
import * as clicks from './clicks.ts';
import * as commands from './commands.ts';
import type { ActionContext } from './context.ts';
import * as events from './events.ts';
import * as modals from './modals.ts';
import * as shortcuts from './shortcuts.ts';

export type Actions = ReturnType<typeof createActions>;

export function createActions(c: ActionContext) {
  return {
    typeCommand: bind(c, commands.typeCommand),
    say: bind(c, commands.say),
    shareFile: bind(c, commands.shareFile),
    act: bind(c, clicks.act),
    suggest: bind(c, clicks.suggest),
    submitView: bind(c, modals.submitView),
    closeView: bind(c, modals.closeView),
    globalShortcut: bind(c, shortcuts.globalShortcut),
    messageShortcut: bind(c, shortcuts.messageShortcut),
    openHome: bind(c, events.openHome),
    sendEvent: bind(c, events.sendEvent),
    changePerson: bind(c, events.changePerson),
    uninstall: bind(c, events.uninstall),
    revokeTokens: bind(c, events.revokeTokens),
    /** The signed requests themselves, for replays and forgeries in tests. */
    sender: c.sender,
  };
}

function bind<A extends unknown[], R>(c: ActionContext, action: (c: ActionContext, ...args: A) => R) {
  return (...args: A): R => action(c, ...args);
}
