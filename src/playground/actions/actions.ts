// Everything that a person can do in Slack, bound to one workspace.
import { act, suggest } from './clicks.ts';
import { say, shareFile, typeCommand } from './composer.ts';
import type { ActionContext } from './context.ts';
import { changePerson, openHome, revokeTokens, sendEvent } from './events.ts';
import { closeView, submitView } from './modals.ts';
import { globalShortcut, messageShortcut } from './shortcuts.ts';

export type Actions = ReturnType<typeof createActions>;

export function createActions(c: ActionContext) {
  const bind =
    <A extends unknown[], R>(action: (c: ActionContext, ...args: A) => R) =>
    (...args: A): R =>
      action(c, ...args);
  return {
    typeCommand: bind(typeCommand),
    say: bind(say),
    shareFile: bind(shareFile),
    act: bind(act),
    suggest: bind(suggest),
    submitView: bind(submitView),
    closeView: bind(closeView),
    globalShortcut: bind(globalShortcut),
    messageShortcut: bind(messageShortcut),
    openHome: bind(openHome),
    sendEvent: bind(sendEvent),
    changePerson: bind(changePerson),
    revokeTokens: bind(revokeTokens),
    /** Signs and sends requests, for replays and forgeries in tests. */
    sender: c.sender,
  };
}
