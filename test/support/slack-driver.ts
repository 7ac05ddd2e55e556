// Acts as Slack for tests: a playground on its own server, people to act as, and powers that Slack lacks.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import pino from 'pino';
import { type AppResponse, type SignedRequest, sign } from '../../src/playground/actions/delivery.ts';
import type { Fault } from '../../src/playground/faults.ts';
import { createPlayground, type Playground } from '../../src/playground/playground.ts';
import type { Clock, Dict, Person } from '../../src/playground/shapes.ts';
import { ADMIN, APP, APPROVER, NOBODY } from '../../src/playground/workspace/people.ts';
import type { ApiCall } from '../../src/playground/workspace/records.ts';
import { createPerson, type PersonDriver } from './slack-person.ts';

export type { ModalDriver } from './slack-modal.ts';

const FORM = 'application/x-www-form-urlencoded';
const PEOPLE = { admin: ADMIN, approver: APPROVER, nobody: NOBODY };
type Role = keyof typeof PEOPLE;
export type SlackDriver = Awaited<ReturnType<typeof createSlackDriver>>;

export async function createSlackDriver(
  o: { dataDir?: string; clock?: Clock; appUrl?: string | (() => string); playground?: Playground } = {},
) {
  let appUrl = o.appUrl ?? 'http://127.0.0.1:9';
  let ownUrl = '';
  const playground =
    o.playground ??
    (await createPlayground({
      dataDir: o.dataDir ?? null,
      appUrl: () => (typeof appUrl === 'string' ? appUrl : appUrl()),
      ownUrl: () => ownUrl,
      log: pino({ level: 'silent' }),
      ...(o.clock && { clock: o.clock }),
    }));
  const server = createServer(playground.listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ownUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const settings = settingsFor(playground, ownUrl);
  return {
    playground,
    workspace: playground.workspace,
    inbox: playground.inbox,
    slack: playground.slack,
    resend: playground.resend,
    slackApiUrl: settings.SLACK_API_URL,
    resendBaseUrl: settings.RESEND_BASE_URL,
    settings,
    url: ownUrl,
    /** Where the app under test listens. */
    deliverTo(url: string | (() => string)): void {
      appUrl = url;
    },
    ...inhabitants(playground),
    ...requests(playground),
    ...trouble(playground),
    ...records(playground),
    async close(): Promise<void> {
      await playground.stop();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** What the app under test reads from its environment to use this Slack and this mail service. */
const settingsFor = ({ slack, resend }: Playground, url: string) => ({
  SLACK_BOT_TOKEN: slack.botToken,
  SLACK_SIGNING_SECRET: slack.signingSecret,
  SLACK_API_URL: `${url}${slack.apiPath}`,
  SLACK_APPROVALS_CHANNEL: slack.approvalsChannel,
  SLACK_ADMINS: PEOPLE.admin,
  SLACK_APPROVERS: PEOPLE.approver,
  RESEND_API_KEY: resend.apiKey,
  RESEND_BASE_URL: `${url}${resend.basePath}`,
  RESEND_WEBHOOK_SECRET: resend.webhookSecret,
  MAIL_FROM: 'Example APIs <apis@example.com>',
});

function inhabitants(playground: Playground) {
  const { workspace, actions } = playground;
  const known = new Map<string, PersonDriver>();
  function as(who: Role | string): PersonDriver {
    const id = who in PEOPLE ? PEOPLE[who as Role] : who;
    if (!workspace.conversations.people.has(id)) throw new Error(`no person has the id ${who}`);
    const found = known.get(id) ?? createPerson(playground, id);
    known.set(id, found);
    return found;
  }
  return {
    as,
    ids: PEOPLE,
    botUserId: APP.botUserId,
    /** A further person: a guest, a bot, a person from another team (`{teamId: 'T0STRANGER'}`) … */
    addPerson: (name: string, rest: Partial<Person> = {}): PersonDriver =>
      as(workspace.addPerson(name, rest.realName ?? name, rest).id),
    addChannel: workspace.addChannel,
    changePerson: actions.changePerson,
    revokeTokens: actions.revokeTokens,
    sendEvent: actions.sendEvent,
  };
}

function requests({ workspace, actions: { sender } }: Playground) {
  function lastRequest(kind?: string): SignedRequest {
    const found = sender.requests.filter((one) => kind === undefined || one.kind === kind).at(-1);
    if (found === undefined) throw new Error(`nothing was sent yet${kind ? ` of kind ${kind}` : ''}`);
    return found;
  }
  return {
    lastRequest,
    send: sender.send,
    /** Sends the last signed request (of a kind) again, n times at once, byte for byte. */
    replay(count = 1, kind?: string): Promise<AppResponse[]> {
      const request = lastRequest(kind);
      return Promise.all(Array.from({ length: count }, () => sender.send(request)));
    },
    /** Signs any body; `offsetSeconds` moves its time (−600 is stale, +600 future), `secret` forges it. */
    signed(
      body: string,
      how: { contentType?: string; offsetSeconds?: number; secret?: string; kind?: string } = {},
    ): SignedRequest {
      const seconds = Math.floor(workspace.clock().getTime() / 1000) + (how.offsetSeconds ?? 0);
      return {
        kind: how.kind ?? 'raw',
        about: '',
        user: '',
        body,
        headers: {
          'content-type': how.contentType ?? FORM,
          'x-slack-request-timestamp': String(seconds),
          'x-slack-signature': sign(how.secret ?? workspace.credentials.signingSecret, seconds, body),
        },
      };
    },
    /** The last request with other form fields (or payload fields), signed again. */
    altered(
      change: (fields: Record<string, string>) => Record<string, string>,
      kind?: string,
    ): SignedRequest {
      const before = lastRequest(kind);
      const fields = change(Object.fromEntries(new URLSearchParams(before.body)));
      return sender.signed(before, FORM, new URLSearchParams(fields).toString());
    },
    /** The last request with its body changed but the old signature kept. */
    forged(change: (body: string) => string, kind?: string): SignedRequest {
      const before = lastRequest(kind);
      return { ...before, body: change(before.body) };
    },
  };
}

function trouble({ faults, inbox, mailEvents }: Playground) {
  return {
    /** The next `times` calls of a Web API method (`*`: of any; `response_url` too) get the fault. */
    slackFails: (method: string, fault: Fault, times = 1): void => faults.next(method, fault, times),
    mailFails: (fault: Fault, times = 1): void => inbox.faults.next('POST /emails', fault, times),
    nothingFails(): void {
      faults.clear();
      inbox.faults.clear();
    },
    sendMailEvent: mailEvents.send,
    signedMailEvent: mailEvents.signed,
    setMailDelivering: mailEvents.setDelivering,
  };
}

function records({ workspace }: Playground) {
  const sent: ApiCall[] = [];
  workspace.onApiCall((call) => sent.push(call));
  return {
    /** Every payload that the app sent to Slack or the mail service, for scans. */
    everythingSent: (): { method: string; sent: Dict }[] =>
      sent.map((call) => ({ method: call.method, sent: call.sent })),
    /** Each refused call, and why. */
    refusals: (): string[] =>
      sent
        .filter((call) => call.error !== '')
        .map((call) => `${call.method}: ${call.error} ${call.messages.join(' ')}`.trim()),
  };
}
