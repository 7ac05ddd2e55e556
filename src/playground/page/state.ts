// What the page shows to one person: only what they would see in Slack, and the panes for the inbox and the inspector.
import type { Inbox } from '../mail/inbox.ts';
import type { Message, View } from '../shapes.ts';
import { objectText } from '../workspace/blocks.ts';
import { APP, directMessageId, TEAM } from '../workspace/people.ts';
import type { Workspace } from '../workspace/workspace.ts';

const MAX_SHOWN_MESSAGES = 300;
const MAX_SHOWN_ROWS = 100;

/** The parts of the app's manifest that Slack's client shows: shortcuts, and hints for the composer. */
export type AppFeatures = {
  shortcuts: { name: string; type: 'global' | 'message'; callback_id: string; description?: string }[];
  subcommands: { name: string; hint: string }[];
};
export type PageState = ReturnType<typeof pageState>;
export type ShownMessage = ReturnType<typeof shownMessage>;
export type ShownView = ReturnType<typeof shownView>;

export function pageState(w: Workspace, inbox: Inbox, features: AppFeatures, me: string) {
  const { people, channels, visibleTo } = w.conversations;
  const home = w.views.home(me);
  return {
    sequence: w.sequence(),
    team: TEAM.name,
    app: { name: APP.name, command: APP.command },
    me,
    people: [...people.values()].map(({ id, name, realName, title, isBot, isDeactivated }) => ({
      id,
      name,
      realName,
      title,
      isBot,
      canBeMe: !isBot && !isDeactivated,
    })),
    channels: [...channels.values()]
      .filter(({ kind, members }) => kind === 'public' || members.includes(me))
      .filter(({ kind, id }) => kind !== 'im' || id === directMessageId(me))
      .map(({ id, name, kind, members }) => ({ id, name, kind, isAppIn: members.includes(APP.botUserId) })),
    messages: visibleTo(me).slice(-MAX_SHOWN_MESSAGES).map(shownMessage),
    stack: w.views.stackOf(me).map(shownView),
    home: home && shownView(home),
    notices: w.notices(me),
    mails: newest(inbox.mails()),
    // Without their content, which the inspector reads for one at a time.
    deliveries: newest(w.deliveries).map(({ exchange: _exchange, ...row }) => row),
    apiCalls: newest(w.apiCalls).map(({ sent: _sent, ...row }) => row),
    features,
  };
}

const newest = <T>(rows: readonly T[]): T[] => rows.slice(-MAX_SHOWN_ROWS).reverse();

const shownMessage = ({ former: _former, editedTs, onlyFor, files = [], ...message }: Message) => ({
  ...message,
  files,
  isEdited: editedTs !== null,
  isOnlyForMe: onlyFor !== null,
});

const shownView = ({ id, hash, payload, blocks }: View) => ({
  id,
  hash,
  title: objectText(payload.title),
  submit: objectText(payload.submit) || null,
  close: objectText(payload.close) || 'Cancel',
  blocks,
});
