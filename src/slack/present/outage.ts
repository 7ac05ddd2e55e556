// The direct message to admins when mail fails, and when it works again.
import { formatDate } from './text.ts';

export type MailOutage = { code: string; since: string; isOver: boolean };

/** Paragraphs of mrkdwn. A notification shows only the first. */
export function outageText({ code, since, isOver }: MailOutage): [string, ...string[]] {
  const from = formatDate(new Date(since));
  if (isOver)
    return [
      `*Mail works again.* It had been failing since ${from}.`,
      'Waiting mails are going out now, except those whose links have expired: resend these invitations from `/apim-user invites all`, and reset these passwords again.',
    ];
  const { what, advice } = CAUSES[code] ?? NO_ANSWER;
  return [
    `*No mail has gone out since ${from}*: ${what} (\`${code}\`).`,
    `*What to do:* ${advice}`,
    "*What still works:* everything in Slack, the developer portal, and links that were mailed before. Mails wait for up to 23 hours and go out automatically once this is fixed. You'll get a message when they do.",
  ];
}

const KEY = {
  what: 'Resend refuses our key',
  advice: 'Create a key at Resend that can send, set it as `RESEND_API_KEY`, and restart the server.',
};

const SENDER = {
  what: "Resend doesn't let us send from the email in `MAIL_FROM`",
  advice:
    'Verify its domain at Resend under Domains, or set `MAIL_FROM` to an email of a verified one, and restart the server.',
};

const QUOTA = {
  what: 'our plan at Resend has used up its quota',
  advice: 'Wait until it starts again, or choose a larger plan at Resend.',
};

const NO_ANSWER = {
  what: "Resend doesn't answer, or can't send right now",
  advice: "Look at Resend's status page, and whether the server still reaches it (`RESEND_BASE_URL`).",
};

const CAUSES: Readonly<Record<string, typeof KEY>> = {
  invalid_api_key: KEY,
  missing_api_key: KEY,
  restricted_api_key: KEY,
  domain_refused: SENDER,
  invalid_from_address: SENDER,
  daily_quota_exceeded: QUOTA,
  monthly_quota_exceeded: QUOTA,
};
