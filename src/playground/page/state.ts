// What the page shows to one person: only what that person would see in Slack, and the two panes of the onlooker.
import type { Inbox, Mail } from '../mail/inbox.ts';
import type { Block, Dict, Notice, SharedFile } from '../shapes.ts';
import { textOf, type View } from '../shapes.ts';
import { APP, directMessageId, TEAM } from '../workspace/people.ts';
import type { ApiCall, Delivery } from '../workspace/records.ts';
import type { Workspace } from '../workspace/workspace.ts';

const MAX_SHOWN_MESSAGES = 300;
const MAX_SHOWN_ROWS = 100;

type Shortcut = {
  name: string;
  type: 'global' | 'message';
  callback_id: string;
  description?: string;
};
type Subcommand = { name: string; hint: string };
/** What the app's manifest says that Slack's client shows: shortcuts, and hints for the composer. */
export type AppFeatures = { shortcuts: Shortcut[]; subcommands: Subcommand[] };

export type ShownMessage = {
  ts: string;
  channel: string;
  user: string;
  text: string;
  blocks: Block[];
  files: SharedFile[];
  isEdited: boolean;
  isOnlyForMe: boolean;
  changed: number;
};
export type ShownView = {
  id: string;
  hash: string;
  title: string;
  submit: string | null;
  close: string;
  blocks: Block[];
};
export type PageState = {
  sequence: number;
  team: string;
  app: { name: string; command: string; userId: string; homeId: string | null };
  me: string;
  people: { id: string; name: string; realName: string; title: string; isBot: boolean; canBeMe: boolean }[];
  channels: { id: string; name: string; kind: string; isAppIn: boolean }[];
  messages: ShownMessage[];
  stack: ShownView[];
  home: ShownView | null;
  notices: Notice[];
  mails: Mail[];
  deliveries: Delivery[];
  apiCalls: Omit<ApiCall, 'sent'>[];
  features: AppFeatures;
};

export function pageState(w: Workspace, inbox: Inbox, features: AppFeatures, me: string): PageState {
  const { people, channels } = w.conversations;
  const home = w.views.home(me);
  return {
    sequence: w.sequence(),
    team: TEAM.name,
    app: { name: APP.name, command: APP.command, userId: APP.botUserId, homeId: home?.id ?? null },
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
      .filter((one) => one.kind === 'public' || one.members.includes(me))
      .filter((one) => one.kind !== 'im' || one.id === directMessageId(me))
      .map((one) => ({
        id: one.id,
        name: one.name,
        kind: one.kind,
        isAppIn: one.members.includes(APP.botUserId),
      })),
    messages: w.conversations
      .visibleTo(me)
      .slice(-MAX_SHOWN_MESSAGES)
      .map((one) => ({
        ts: one.ts,
        channel: one.channel,
        user: one.user,
        text: one.text,
        blocks: one.blocks,
        files: one.files ?? [],
        isEdited: one.editedTs !== null,
        isOnlyForMe: one.onlyFor !== null,
        changed: one.changed,
      })),
    stack: w.views.stackOf(me).map(shownView),
    home: home === null ? null : shownView(home),
    notices: w.notices(me),
    mails: inbox.mails().slice(-MAX_SHOWN_ROWS).reverse(),
    deliveries: w.deliveries.slice(-MAX_SHOWN_ROWS).reverse(),
    apiCalls: w.apiCalls
      .slice(-MAX_SHOWN_ROWS)
      .reverse()
      .map(({ sent: _sent, ...row }) => row),
    features,
  };
}

const words = (value: unknown): string => textOf((value as Dict | undefined | null)?.text);

const shownView = (view: View): ShownView => ({
  id: view.id,
  hash: view.hash,
  title: words(view.payload.title),
  submit: words(view.payload.submit) || null,
  close: words(view.payload.close) || 'Cancel',
  blocks: view.blocks,
});
