// The local Slack and its inbox, put together. Start here.
import type { RequestListener } from 'node:http';
import type { Log } from '../log.ts';
import { type Actions, createActions } from './actions/actions.ts';
import { createSender } from './actions/delivery.ts';
import { sendOwnMessage } from './actions/events.ts';
import { createFaults, type Faults } from './faults.ts';
import { createListener } from './listener.ts';
import { createMailEvents, type MailEvents } from './mail/events.ts';
import { createInbox, type Inbox } from './mail/inbox.ts';
import type { AppFeatures } from './page/state.ts';
import type { Clock } from './shapes.ts';
import { ADMIN, APP, APPROVALS, APPROVER, TEAM } from './workspace/people.ts';
import { openStorage, type StoredState } from './workspace/storage.ts';
import { createWorkspace, type Workspace } from './workspace/workspace.ts';

export type { AppFeatures } from './page/state.ts';

export type Playground = {
  listener: RequestListener;
  slack: {
    botToken: string;
    signingSecret: string;
    teamId: string;
    botUserId: string;
    apiPath: '/playground/slack/api/';
    approvalsChannel: string;
    admins: string[];
    approvers: string[];
  };
  resend: { apiKey: string; basePath: '/playground/resend'; webhookSecret: string };
  workspace: Workspace;
  inbox: Inbox;
  /** What a person does: type, click, submit. The page and the tests' driver both go through it. */
  actions: Actions;
  mailEvents: MailEvents;
  /** Trouble that the next calls of the Web API meet; the inbox has its own. */
  faults: Faults;
  stop(): Promise<void>;
};

export async function createPlayground(o: {
  /** null: memory only */
  dataDir: string | null;
  /** Where /slack/events and /mail/events are: `http://127.0.0.1:PORT`, no slash at the end. */
  appUrl: () => string;
  /** Where the app reaches the playground, when that is another server than the app's own. */
  ownUrl?: () => string;
  /** What the app's manifest tells Slack's client: shortcuts, and the subcommands that the composer completes. */
  features?: () => AppFeatures;
  log: Log;
  clock?: Clock;
}): Promise<Playground> {
  const clock = o.clock ?? (() => new Date());
  const memory = await openStorage(o.dataDir, o.log);
  const { kept } = memory;
  const ownUrl = o.ownUrl ?? o.appUrl;
  const filesUrl = () => `${ownUrl()}/playground/slack`;
  const workspace = createWorkspace({ clock, credentials: kept.credentials, kept, filesUrl });
  const inbox = createInbox({ clock, kept });
  const timers = new Set<NodeJS.Timeout>();
  const later = (ms: number, work: () => void): void => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      work();
    }, ms).unref();
    timers.add(timer);
  };
  const sender = createSender({ workspace, appUrl: o.appUrl });
  const context = { workspace, sender, ownUrl, later };
  const mailEvents = createMailEvents({
    inbox,
    webhookSecret: kept.resend.webhookSecret,
    appUrl: o.appUrl,
    context,
  });
  const faults = createFaults();
  const actions = createActions(context);
  workspace.conversations.onPosted((message) => later(0, () => void sendOwnMessage(context, message)));

  const read = (): StoredState => ({
    ...kept,
    messages: workspace.conversations.all().filter((message) => message.onlyFor === null),
    homes: workspace.views.homes(),
    mails: [...inbox.mails()],
    keys: inbox.keys(),
  });
  const touch = (): void => memory.touch(read);
  const forget = [workspace.onChange(touch), inbox.onChange(touch)];
  const { listener, closePages } = createListener({
    workspace,
    inbox,
    actions,
    faults,
    features: o.features ?? (() => ({ shortcuts: [], subcommands: [] })),
    apiKey: kept.resend.apiKey,
    log: o.log,
  });

  return {
    listener,
    slack: {
      ...kept.credentials,
      teamId: TEAM.id,
      botUserId: APP.botUserId,
      apiPath: '/playground/slack/api/',
      approvalsChannel: APPROVALS,
      admins: [ADMIN],
      approvers: [APPROVER],
    },
    resend: { ...kept.resend, basePath: '/playground/resend' },
    workspace,
    inbox,
    actions,
    mailEvents,
    faults,
    async stop() {
      for (const timer of timers) clearTimeout(timer);
      for (const end of forget) end();
      closePages();
      memory.touch(read);
      await memory.flush();
    },
  };
}
