import { listAdmins } from '../../db/operators/operators.ts';
import { addJob } from '../../db/outbox/jobs.ts';
import { deleteOutage, lockOutages, markTold, type Outage } from '../../db/outbox/outages.ts';
import { momentOf } from '../../mail/templates/value.ts';
import { slackId } from '../frame/actor.ts';
import { type Act, defineOperation, SYSTEM } from '../frame/operation.ts';
import { queueMail } from '../frame/outbox.ts';
import { callOffMails } from '../mails/call-off.ts';

/** A shorter failure is not reported. */
const TOLD_AFTER_MS = 5 * 60_000;

/**
 * Reports what has failed for five minutes, and its end: each once, however many processes there are. An outage of Slack
 * is reported by mail (`ALERT_EMAIL`), one of mail by a direct message to each admin. Returns what it reported.
 */
export const tellOutages = defineOperation({
  name: 'outages/tell',
  allowed: SYSTEM,
  effect: 'bookkeeping',
  input: {},
  async run(act) {
    const reported: { of: Outage['of']; code: string; since: Date; isOver: boolean }[] = [];
    for (const outage of await lockOutages(act.tx, act.service.id)) {
      const { of, code, since } = outage;
      const isOver = outage.endedAt !== null;
      const isNews = isOver
        ? outage.toldAt !== null
        : outage.toldAt === null && outage.lastFailedAt.getTime() - since.getTime() >= TOLD_AFTER_MS;
      if (isNews) {
        await (of === 'slack'
          ? reportSlackByMail(act, outage, isOver)
          : reportMailBySlack(act, outage, isOver));
        reported.push({ of, code, since, isOver });
      }
      if (isOver) await deleteOutage(act.tx, outage);
      else if (isNews) await markTold(act.tx, outage, act.now);
    }
    return reported;
  },
});

async function reportSlackByMail(act: Act, outage: Outage, isOver: boolean): Promise<void> {
  const OutageSince = momentOf(outage.since);
  if (isOver) await callOffMails(act, { template: 'SlackAway' });
  const mail = isOver
    ? ({ template: 'SlackBack', variables: { OutageSince } } as const)
    : ({ template: 'SlackAway', variables: { OutageSince, ...slackWords(outage.code) } } as const);
  for (const to of act.policy.alertEmails) await queueMail(act, { ...mail, to, firstName: '', lastName: '' });
}

/** One job an admin, so that a failure of one doesn't repeat the others. The end replaces a message that still waits. */
async function reportMailBySlack(act: Act, outage: Outage, isOver: boolean): Promise<void> {
  const { serviceId, code } = outage;
  const since = outage.since.toISOString();
  for (const { teamId, slackUserId } of await listAdmins(act.tx, serviceId)) {
    const operator = slackId(teamId, slackUserId);
    await addJob(act.tx, 'tell-of-outage', { serviceId, operator, code, since, isOver });
  }
}

/** Slack's codes for a token that it no longer accepts. Only a new token ends the outage. */
const GONE = ['account_inactive', 'token_revoked', 'token_expired', 'revoked before', 'app_uninstalled'];
const WRONG = ['invalid_auth', 'not_authed', 'not_allowed_token_type', 'team_access_not_granted'];

function slackWords(code: string): { OutageWhat: string; OutageAdvice: string } {
  if (GONE.includes(code) || code === 'tokens_revoked')
    return {
      OutageWhat: `Slack removed the app, or revoked its token (${code})`,
      OutageAdvice:
        'Find out who removed it, and why. Then install the app in the workspace again, set the new SLACK_BOT_TOKEN, and restart the server.',
    };
  if (WRONG.includes(code))
    return {
      OutageWhat: `Slack refuses the app’s token (${code})`,
      OutageAdvice:
        'Copy the bot token from the app’s page at Slack, under OAuth & Permissions, into SLACK_BOT_TOKEN, and restart the server.',
    };
  return {
    OutageWhat: `Slack doesn’t answer, or answers with an error (${code})`,
    OutageAdvice:
      'Look at Slack’s status page, and check that this server can reach slack.com. The server keeps trying; you don’t have to restart it.',
  };
}
