// What background tasks say about approvals: cards, reminders, outcomes, and changes that everybody who decides hears of.
import { showApproval } from '../../operations/approvals/show.ts';
import { showAuditRow } from '../../operations/audit/show.ts';
import { planApprovalCards } from '../../operations/cards/plan-approval.ts';
import { recordPaintedCard } from '../../operations/cards/record-painted.ts';
import { listInvitationsOfInviter } from '../../operations/invitations/list-of-inviter.ts';
import { listOperators } from '../../operations/operators/list.ts';
import { showToken } from '../../operations/tokens/show.ts';
import { approvalCard, approvalLine, approvalTitle, outcomeWords } from '../present/approval.ts';
import { actions, button, type Message, section } from '../present/blocks.ts';
import { historyLine } from '../present/history.ts';
import { dateWords, escapeText } from '../present/text.ts';
import type { JobMeans } from './cards.ts';
import { paint } from './paint.ts';

type OpenDm = (userId: string) => Promise<string | null>;

export function createApprovalJobs(means: JobMeans, openDm: OpenDm) {
  const { client, teamId } = means;
  const mention = means.approversGroup ? `<!subteam^${means.approversGroup}>` : null;

  async function write(channel: string | null, message: Message): Promise<void> {
    if (channel) await client.chat.postMessage({ channel, text: message.text, blocks: message.blocks ?? [] });
  }
  async function writeTo(userId: string, message: Message): Promise<void> {
    await write(await openDm(userId), message);
  }
  const operatorsBut = async (person: string, role?: 'admin') =>
    (await listOperators(means.system(), { teamId }))
      .filter((one) => `${teamId}/${one.slackUserId}` !== person && (!role || one.role === role))
      .map((one) => one.slackUserId);

  /** The approvals channel; and, unless a user group is called upon there, each who may decide. */
  async function placesFor(requestedBy: string): Promise<string[]> {
    const people = mention && means.approvalsChannel ? [] : await operatorsBut(requestedBy);
    const channels = await Promise.all(people.map(openDm));
    return [means.approvalsChannel, ...channels].filter((one): one is string => one !== null);
  }

  const slackUserOf = (person: string): string | null => {
    const [team, userId] = person.split('/');
    return team === teamId && userId ? userId : null;
  };

  return {
    async repaintApproval({ approvalId }: { approvalId: string }): Promise<void> {
      const context = means.system();
      const { requestedBy } = await showApproval(context, { approvalId });
      const channels = await placesFor(requestedBy);
      const { approval, cards } = await planApprovalCards(context, { approvalId, channels });
      for (const card of cards) {
        const isExposed = await means.isExposed(card.channelId);
        const isChannel = card.channelId === means.approvalsChannel;
        const message = approvalCard(approval, { isExposed, mention: isChannel ? mention : null });
        const posted = await paint(client, card, message);
        await recordPaintedCard(context, { cardId: card.id, ...posted, version: approval.version });
      }
    },

    async tellRequester({ approvalId }: { approvalId: string }): Promise<void> {
      const approval = await showApproval(means.system(), { approvalId });
      const userId = slackUserOf(approval.requestedBy);
      const asked = approval.requestedByKind === 'token' ? escapeText(approval.requestedByName) : 'You';
      const text = `${asked} asked: *${escapeText(approvalTitle(approval))}* ${outcomeWords(approval)}.`;
      if (userId) await writeTo(userId, { text, blocks: [section(text)] });
      const isExpired = approval.state === 'expired' && means.approvalsChannel !== null;
      if (isExpired) {
        const ended =
          'An approval that waited here ended after 24 hours without a decision. Nothing was done.';
        await write(means.approvalsChannel, { text: ended, blocks: [section(ended)] });
      }
    },

    async remindOfApproval({ approvalId }: { approvalId: string }): Promise<void> {
      const approval = await showApproval(means.system(), { approvalId });
      if (approval.state !== 'open') return;
      for (const userId of await operatorsBut(approval.requestedBy)) {
        const text = `Still waits for a decision: ${approvalLine(approval)}`;
        const look = actions([button('menu-approvals', 'Look and decide', '-')]);
        await writeTo(userId, { text, blocks: [section(text), look] });
      }
    },

    async postNotice({ auditId }: { auditId: string }): Promise<void> {
      const entry = await showAuditRow(means.system(), { auditId });
      const places = means.approvalsChannel ? [means.approvalsChannel] : await placesFor(entry.actorId);
      for (const place of places) {
        const text = historyLine(entry, { isExposed: await means.isExposed(place), withTarget: true });
        await write(place, { text, blocks: [section(text)] });
      }
    },

    async tellOfEndingToken({ tokenId }: { tokenId: string }): Promise<void> {
      const token = await showToken(means.system(), { tokenId });
      if (token.hasEnded || token.ownerTeamId !== teamId) return;
      const text = `Your token *${escapeText(token.name)}* for the management API ends ${dateWords(token.expiresAt)}. Whoever has a shell on the server makes another: \`npm run token -- create\`.`;
      await writeTo(token.ownerUserId, { text, blocks: [section(text)] });
    },

    async tellOfLostOperator({ person }: { person: string }): Promise<void> {
      const { invitations, more } = await listInvitationsOfInviter(means.system(), { invitedBy: person });
      const lines = invitations.map((one) => `• ${escapeText(one.email)} · ends ${dateWords(one.expiresAt)}`);
      const who = slackUserOf(person);
      const head = `${who ? `<@${who}>` : escapeText(person)} can't act here any more: Slack says so, and the role is withdrawn. What they asked for is closed.`;
      const open = lines.length
        ? `Their open invitations still work; \`/apim-user invites\` revokes them:\n${lines.join('\n')}${more ? '\n…' : ''}`
        : 'They have no open invitations.';
      for (const userId of await operatorsBut(person, 'admin'))
        await writeTo(userId, { text: head, blocks: [section(head), section(open)] });
    },
  };
}
