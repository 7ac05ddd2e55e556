// Checks what an admin has to set up outside the app: Slack's scopes, the approvals channel and the domain of mails.
import type { WebClient } from '@slack/web-api';
import type { Clock } from '../../operations/frame/context.ts';
import { slackErrorOf } from '../frame/slack-error.ts';
import { BOT_SCOPES } from '../manifest.ts';
import type { SlackPeople } from './people.ts';

/** What the mail provider says about the domain that mail is sent from. */
export type SenderDomain = 'verified' | 'not-verified' | 'may-not-be-asked' | 'unreachable';
type SetupProblem = { code: string; text: string };
export type SetupReport = { problems: SetupProblem[]; senderDomain: SenderDomain };

export type SetupCheck = {
  /** The last report, if it is less than a minute old. */
  latest(): SetupReport | null;
  run(): Promise<SetupReport>;
  /** Whether people without a role can read a channel. True when Slack can't say. */
  isExposed(channelId: string): Promise<boolean>;
};

type SetupCheckDependencies = {
  client: WebClient;
  people: SlackPeople;
  clock: Clock;
  approvalsChannel: string | null;
  senderDomain: () => Promise<SenderDomain>;
  undeclaredProxy: () => string | null;
};

const REPORT_LIFETIME_MS = 60_000;
const MAX_MEMBERS_CHECKED = 200;
const MEMBERS_AT_ONCE = 10;

export function createSetupCheck(dependencies: SetupCheckDependencies): SetupCheck {
  let last: { at: number; report: SetupReport; isChannelExposed: boolean } | null = null;
  let running: Promise<SetupReport> | null = null;
  const latest = () => (last && dependencies.clock().getTime() - last.at < REPORT_LIFETIME_MS ? last : null);

  async function check(): Promise<SetupReport> {
    const [scopes, channel, senderDomain] = await Promise.all([
      missingScopes(dependencies.client),
      channelProblems(dependencies),
      dependencies.senderDomain(),
    ]);
    const problems = [...scopes, ...channel, ...mailProblems(senderDomain), ...proxyProblems(dependencies)];
    const report = { problems, senderDomain };
    last = { at: dependencies.clock().getTime(), report, isChannelExposed: channel.some(isExposure) };
    return report;
  }

  const run = (): Promise<SetupReport> => {
    running ??= check().finally(() => {
      running = null;
    });
    return running;
  };
  return {
    latest: () => latest()?.report ?? null,
    run,
    async isExposed(channelId) {
      // Only one person can read a direct message with the app.
      if (channelId.startsWith('D')) return false;
      if (channelId !== dependencies.approvalsChannel)
        return (await readerProblems(dependencies, channelId)).length > 0;
      if (!latest()) await run();
      return last?.isChannelExposed ?? true;
    },
  };
}

async function missingScopes(client: WebClient): Promise<SetupProblem[]> {
  const identity = await client.auth.test().catch(() => null);
  const granted = identity?.response_metadata?.scopes;
  if (!granted) return [];
  const missing = BOT_SCOPES.filter((scope) => !granted.includes(scope));
  if (missing.length === 0) return [];
  return [
    {
      code: 'scope-missing',
      text: `The app was installed without ${missing.map((scope) => `\`${scope}\``).join(', ')}. Update its manifest (\`npm run -s slack:manifest\`) and install it to the workspace again.`,
    },
  ];
}

async function channelProblems(dependencies: SetupCheckDependencies): Promise<SetupProblem[]> {
  const { approvalsChannel } = dependencies;
  if (!approvalsChannel) {
    return [
      {
        code: 'approvals-channel-none',
        text: 'There is no approvals channel: cards go to each operator by direct message. Set SLACK_APPROVALS_CHANNEL to the id of a private channel.',
      },
    ];
  }
  return readerProblems(dependencies, approvalsChannel);
}

const EXPOSED = 'approvals-channel-exposed';
const isExposure = ({ code }: SetupProblem): boolean => code.startsWith(EXPOSED);
const exposed = (why: string): SetupProblem => ({
  code: `${EXPOSED}-${why.replaceAll(' ', '-')}`,
  text: `The approvals channel ${why}: cards there leave out emails and notes. To show them, use a private channel with only operators in it.`,
});

async function readerProblems(
  { client, people }: SetupCheckDependencies,
  channelId: string,
): Promise<SetupProblem[]> {
  try {
    const { channel } = await client.conversations.info({ channel: channelId });
    const isShared = channel?.is_ext_shared || channel?.is_pending_ext_shared || channel?.is_org_shared;
    const notIn: SetupProblem = {
      code: 'approvals-channel-not-in',
      text: `I'm not in the approvals channel <#${channelId}>, so cards can't be posted there. Write \`/invite @apim-user\` in it.`,
    };
    return [
      ...(channel?.is_member ? [] : [notIn]),
      ...(channel?.is_private ? [] : [exposed('is public')]),
      ...(isShared ? [exposed('is shared with another company')] : []),
      ...((await hasGuests(client, people, channelId)) ? [exposed('has guests')] : []),
    ];
  } catch (error) {
    if (slackErrorOf(error) === 'channel_not_found') {
      return [
        {
          code: `${EXPOSED}-unknown`,
          text: "The approvals channel doesn't exist, or is private and I'm not in it, so cards wait. Check SLACK_APPROVALS_CHANNEL, or write `/invite @apim-user` in the channel.",
        },
      ];
    }
    return [
      {
        code: `${EXPOSED}-unknown`,
        text: `Slack didn't say who can read the approvals channel (${slackErrorOf(error) || 'no answer'}): until it does, cards there leave out emails and notes.`,
      },
    ];
  }
}

async function hasGuests(client: WebClient, people: SlackPeople, channel: string): Promise<boolean> {
  const { members = [] } = await client.conversations.members({ channel, limit: MAX_MEMBERS_CHECKED });
  for (let from = 0; from < members.length; from += MEMBERS_AT_ONCE) {
    const some = members.slice(from, from + MEMBERS_AT_ONCE);
    const memberships = await Promise.all(some.map((userId) => people.membershipOf(userId)));
    if (memberships.some((membership) => membership === 'guest' || membership === 'stranger')) return true;
  }
  return false;
}

function mailProblems(senderDomain: SenderDomain): SetupProblem[] {
  if (senderDomain === 'not-verified') {
    return [
      {
        code: 'mail-domain-not-verified',
        text: "The domain of MAIL_FROM isn't verified at Resend, so developers may get no mail. Verify it there under Domains.",
      },
    ];
  }
  if (senderDomain !== 'unreachable') return [];
  return [
    {
      code: 'mail-unreachable',
      text: "Resend doesn't answer, or refuses RESEND_API_KEY. Mails wait, and we keep trying.",
    },
  ];
}

function proxyProblems({ undeclaredProxy }: SetupCheckDependencies): SetupProblem[] {
  const address = undeclaredProxy();
  if (address === null) return [];
  return [
    {
      code: 'proxy-undeclared',
      text: `Requests come through a proxy at \`${address}\` that TRUSTED_PROXIES doesn't name, so all its visitors count as one client: one of them can use up everyone's limits. Add the address to TRUSTED_PROXIES and restart.`,
    },
  ];
}
