import { z } from 'zod';
import { listAdmins } from '../../db/operators/operators.ts';
import { addJob } from '../../db/outbox/jobs.ts';
import { callOffMailsOfTemplate } from '../../db/outbox/mails.ts';
import { deleteOutage, lockOutages, markTold, type Outage } from '../../db/outbox/outages.ts';
import { writeMoment } from '../../mail/render.ts';
import { slackId } from '../frame/actor.ts';
import type { Act } from '../frame/context.ts';
import { defineOperation, SYSTEM } from '../frame/operation.ts';
import { queueMail } from '../frame/outbox.ts';

/** What fails once and works again is no news. */
const TOLD_AFTER_MS = 5 * 60_000;

/**
 * Tells of what has failed for five minutes, and of its end: each once, however many processes there are. Of Slack it
 * tells by mail (`ALERT_EMAIL`), of mail by a direct message to each admin. Says what it told.
 */
export const tellOutages = defineOperation({
  name: 'outages/tell',
  allowed: SYSTEM,
  effect: 'bookkeeping',
  input: z.strictObject({}),
  async run(act) {
    const told: { of: Outage['of']; code: string; since: Date; isOver: boolean }[] = [];
    for (const outage of await lockOutages(act.tx, act.service.id)) {
      const { of, code, since } = outage;
      const isOver = outage.endedAt !== null;
      const isNews = isOver
        ? outage.toldAt !== null
        : outage.toldAt === null && outage.lastFailedAt.getTime() - since.getTime() >= TOLD_AFTER_MS;
      if (isNews) {
        await (of === 'slack' ? mailOfSlack(act, outage, isOver) : writeOfMail(act, outage, isOver));
        told.push({ of, code, since, isOver });
      }
      if (isOver) await deleteOutage(act.tx, outage);
      else if (isNews) await markTold(act.tx, outage, act.now);
    }
    return told;
  },
});

async function mailOfSlack(act: Act, outage: Outage, isOver: boolean): Promise<void> {
  const OutageSince = writeMoment(outage.since);
  if (isOver)
    await callOffMailsOfTemplate(act.tx, {
      serviceId: act.service.id,
      template: 'SlackAway',
      now: act.now,
    });
  const mail = isOver
    ? ({ template: 'SlackBack', variables: { OutageSince } } as const)
    : ({ template: 'SlackAway', variables: { OutageSince, ...slackWords(outage.code) } } as const);
  for (const to of act.policy.alertEmails) await queueMail(act, { ...mail, to, firstName: '', lastName: '' });
}

/** One job a person, so that nobody is told twice because another could not be. The end takes the place of what waits. */
async function writeOfMail(act: Act, outage: Outage, isOver: boolean): Promise<void> {
  const { serviceId, code } = outage;
  const since = outage.since.toISOString();
  for (const { teamId, slackUserId } of await listAdmins(act.tx, serviceId)) {
    const operator = slackId(teamId, slackUserId);
    await addJob(act.tx, 'tell-of-outage', { serviceId, operator, code, since, isOver });
  }
}

/** Slack's words for a token that it no longer takes. Until a new one is set nothing gets better. */
const GONE = ['account_inactive', 'token_revoked', 'token_expired', 'revoked before', 'app_uninstalled'];
const WRONG = ['invalid_auth', 'not_authed', 'not_allowed_token_type', 'team_access_not_granted'];

function slackWords(code: string): { OutageWhat: string; OutageAdvice: string } {
  if (GONE.includes(code) || code === 'tokens_revoked')
    return {
      OutageWhat: `Slack took the app or its token away (${code})`,
      OutageAdvice:
        'Ask who removed it and why. To go on, install the app in the workspace again, set the new SLACK_BOT_TOKEN, and restart the server.',
    };
  if (WRONG.includes(code))
    return {
      OutageWhat: `Slack refuses our token (${code})`,
      OutageAdvice:
        'Compare SLACK_BOT_TOKEN with the app’s page at Slack, under OAuth & Permissions; set it and restart the server.',
    };
  return {
    OutageWhat: `Slack does not answer, or says that it can’t (${code})`,
    OutageAdvice:
      'Look at Slack’s status page, and whether this server still reaches slack.com. It is tried again by itself; nothing has to be restarted.',
  };
}
