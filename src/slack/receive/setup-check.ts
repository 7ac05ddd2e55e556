// What is still missing around the app: scopes, the approvals channel and who can read it, the mail's domain.
import type { WebClient } from '@slack/web-api';
import type { Clock } from '../../operations/frame/context.ts';
import { BOT_SCOPES } from '../manifest.ts';
import { slackErrorOf } from '../modals/open.ts';
import type { SlackPeople } from './actor.ts';

/** What the mail provider says of the domain that mail is sent from. */
export type SenderDomain = 'verified' | 'not-verified' | 'may-not-be-asked' | 'unreachable';
type SetupProblem = { code: string; words: string };
export type SetupReport = { missing: SetupProblem[]; senderDomain: SenderDomain };

export type SetupCheck = {
  /** What was found last, if that is not too old. */
  known(): SetupReport | null;
  look(): Promise<SetupReport>;
  /** Whether people without a say may read this channel. What can't be found out counts as yes. */
  isExposed(channelId: string): Promise<boolean>;
};

type SetupDependencies = {
  client: WebClient;
  people: SlackPeople;
  clock: Clock;
  approvalsChannel: string | null;
  senderDomain: () => Promise<SenderDomain>;
};

const BELIEVED_MS = 60_000;
const MAX_MEMBERS_LOOKED_AT = 200;
const LOOKED_AT_TOGETHER = 10;

export function createSetupCheck(dependencies: SetupDependencies): SetupCheck {
  let last: { at: number; findings: SetupReport; exposures: SetupProblem[] } | null = null;
  let looking: Promise<SetupReport> | null = null;
  const known = () => (last && dependencies.clock().getTime() - last.at < BELIEVED_MS ? last : null);

  async function look(): Promise<SetupReport> {
    const [scopes, channel, senderDomain] = await Promise.all([
      missingScopes(dependencies.client),
      lookAtChannel(dependencies),
      dependencies.senderDomain(),
    ]);
    const exposures = channel.filter((one) => one.code.startsWith('approvals-channel-exposed'));
    const findings = { missing: [...scopes, ...channel, ...mailFindings(senderDomain)], senderDomain };
    last = { at: dependencies.clock().getTime(), findings, exposures };
    return findings;
  }

  const lookOnce = (): Promise<SetupReport> => {
    looking ??= look().finally(() => {
      looking = null;
    });
    return looking;
  };
  return {
    known: () => known()?.findings ?? null,
    look: lookOnce,
    async isExposed(channelId) {
      // A direct message with the app is read by its person alone.
      if (channelId.startsWith('D')) return false;
      if (channelId !== dependencies.approvalsChannel)
        return (await exposuresOf(dependencies, channelId)).length > 0;
      if (!known()) await lookOnce();
      return (last?.exposures.length ?? 1) > 0;
    },
  };
}

async function missingScopes(client: WebClient): Promise<SetupProblem[]> {
  const answer = await client.auth.test().catch(() => null);
  const granted = answer?.response_metadata?.scopes;
  if (!granted) return [];
  const missing = BOT_SCOPES.filter((scope) => !granted.includes(scope));
  if (missing.length === 0) return [];
  return [
    {
      code: 'scope-missing',
      words: `The app was installed without ${missing.map((scope) => `\`${scope}\``).join(', ')}. Update its manifest (\`npm run -s slack:manifest\`) and install it to the workspace again.`,
    },
  ];
}

async function lookAtChannel(dependencies: SetupDependencies): Promise<SetupProblem[]> {
  const { approvalsChannel } = dependencies;
  if (!approvalsChannel) {
    return [
      {
        code: 'approvals-channel-none',
        words:
          'There is no approvals channel: cards go to each operator by direct message. Set SLACK_APPROVALS_CHANNEL to the id of a private channel.',
      },
    ];
  }
  return exposuresOf(dependencies, approvalsChannel);
}

const exposed = (why: string): SetupProblem => ({
  code: `approvals-channel-exposed-${why.replaceAll(' ', '-')}`,
  words: `The approvals channel ${why}: cards there leave out addresses and notes. A private channel of operators alone shows all.`,
});

async function exposuresOf(
  { client, people }: SetupDependencies,
  channelId: string,
): Promise<SetupProblem[]> {
  try {
    const { channel } = await client.conversations.info({ channel: channelId });
    const isShared = channel?.is_ext_shared || channel?.is_pending_ext_shared || channel?.is_org_shared;
    const notIn: SetupProblem = {
      code: 'approvals-channel-not-in',
      words: `I am not in the approvals channel <#${channelId}>, so cards can't be posted there. Write \`/invite @apim-user\` in it.`,
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
          code: 'approvals-channel-exposed-unknown',
          words:
            'The approvals channel does not exist, or is private and I am not in it, so cards wait. Check SLACK_APPROVALS_CHANNEL, or write `/invite @apim-user` in the channel.',
        },
      ];
    }
    return [
      {
        code: 'approvals-channel-exposed-unknown',
        words: `Slack did not say who can read the approvals channel (${slackErrorOf(error) || 'no answer'}): until it does, cards there leave out addresses and notes.`,
      },
    ];
  }
}

async function hasGuests(client: WebClient, people: SlackPeople, channel: string): Promise<boolean> {
  const { members = [] } = await client.conversations.members({ channel, limit: MAX_MEMBERS_LOOKED_AT });
  for (let from = 0; from < members.length; from += LOOKED_AT_TOGETHER) {
    const some = members.slice(from, from + LOOKED_AT_TOGETHER);
    const memberships = await Promise.all(some.map((userId) => people.membershipOf(userId)));
    if (memberships.some((membership) => membership === 'guest' || membership === 'stranger')) return true;
  }
  return false;
}

function mailFindings(senderDomain: SenderDomain): SetupProblem[] {
  if (senderDomain === 'not-verified') {
    return [
      {
        code: 'mail-domain-not-verified',
        words:
          'The domain of MAIL_FROM is not verified at Resend, so developers may get no mail. Verify it there under Domains.',
      },
    ];
  }
  if (senderDomain !== 'unreachable') return [];
  return [
    {
      code: 'mail-unreachable',
      words: 'Resend does not answer, or refuses RESEND_API_KEY. Mails wait and are tried again.',
    },
  ];
}
