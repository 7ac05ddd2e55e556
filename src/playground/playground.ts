// The local Slack and its inbox, put together. Start here.
import type { RequestListener } from 'node:http';
import type { Log } from '../log.ts';
import { type Actions, createActions } from './actions/actions.ts';
import { createSender } from './actions/delivery.ts';
import { sendOwnMessage } from './actions/events.ts';
import { createMountedCompany } from './company/mounted.ts';
import { createFaults, type Faults } from './faults.ts';
import { createListener } from './listener.ts';
import { createMailEvents, type MailEvents } from './mail/events.ts';
import { createInbox, type Inbox } from './mail/inbox.ts';
import type { AppFeatures } from './page/state.ts';
import type { Clock } from './shapes.ts';
import { ADMIN, APP, APPROVALS, APPROVER, TEAM } from './workspace/people.ts';
import { openStorage, type StateStorage, type StoredState } from './workspace/storage.ts';
import { createWorkspace, type Workspace } from './workspace/workspace.ts';

export type { AppFeatures } from './page/state.ts';

export type Playground = {
  listener: RequestListener;
  slack: ReturnType<typeof slackAddress>;
  resend: { apiKey: string; basePath: '/playground/resend'; webhookSecret: string };
  workspace: Workspace;
  inbox: Inbox;
  /** What a person does: type, click, submit. The page and the tests' driver both go through it. */
  actions: Actions;
  mailEvents: MailEvents;
  /** Makes the next calls of the Web API fail, for tests. The inbox has its own. */
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
  /** The addresses of the app's portals, to which the company lets people sign in. */
  portalUrls?: () => readonly string[];
  log: Log;
  clock?: Clock;
}): Promise<Playground> {
  const { appUrl, ownUrl = appUrl, log, clock = () => new Date() } = o;
  const storage = await openStorage(o.dataDir, log);
  const { credentials, resend } = storage.stored;
  const filesUrl = () => `${ownUrl()}/playground/slack`;
  const workspace = createWorkspace({ clock, credentials, stored: storage.stored, filesUrl });
  const inbox = createInbox({ clock, stored: storage.stored });
  const timers = createTimers();
  const context = { workspace, sender: createSender({ workspace, appUrl }), ownUrl, later: timers.later };
  const { webhookSecret, apiKey } = resend;
  const mailEvents = createMailEvents({ inbox, webhookSecret, appUrl, context });
  const faults = createFaults();
  const actions = createActions(context);
  workspace.conversations.onPosted((message) => timers.later(0, () => void sendOwnMessage(context, message)));
  const endStoring = storeChanges(storage, workspace, inbox);
  const features = o.features ?? (() => ({ shortcuts: [], subcommands: [] }));
  const pages = createListener({
    ...{ workspace, inbox, actions, faults, features, apiKey, log },
    company: createMountedCompany(o.portalUrls ?? (() => [])),
  });

  return {
    listener: pages.listener,
    slack: slackAddress(credentials),
    resend: { ...resend, basePath: '/playground/resend' },
    workspace,
    inbox,
    actions,
    mailEvents,
    faults,
    async stop() {
      timers.stop();
      pages.closePages();
      await endStoring();
    },
  };
}

const slackAddress = (credentials: StoredState['credentials']) => ({
  ...credentials,
  teamId: TEAM.id,
  botUserId: APP.botUserId,
  apiPath: '/playground/slack/api/' as const,
  approvalsChannel: APPROVALS,
  admins: [ADMIN],
  approvers: [APPROVER],
});

function createTimers() {
  const timers = new Set<NodeJS.Timeout>();
  return {
    later(ms: number, work: () => void): void {
      const timer = setTimeout(() => {
        timers.delete(timer);
        work();
      }, ms).unref();
      timers.add(timer);
    },
    stop(): void {
      for (const timer of timers) clearTimeout(timer);
    },
  };
}

/** Stores each change. The returned function stores once more and stops. */
function storeChanges(storage: StateStorage, workspace: Workspace, inbox: Inbox): () => Promise<void> {
  const read = (): StoredState => ({
    ...storage.stored,
    messages: workspace.conversations.all().filter((message) => message.onlyFor === null),
    homes: workspace.views.homes(),
    mails: [...inbox.mails()],
    keys: inbox.keys(),
  });
  const touch = (): void => storage.touch(read);
  const unsubscribe = [workspace.onChange(touch), inbox.onChange(touch)];
  return () => {
    for (const end of unsubscribe) end();
    touch();
    return storage.flush();
  };
}
