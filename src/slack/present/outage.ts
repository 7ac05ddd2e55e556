// The direct message to admins when mail fails, and when it works again.
import { formatDate } from './text.ts';

export type MailOutage = { code: string; since: string; isOver: boolean };

/** Paragraphs of mrkdwn. A notification shows only the first. */
export function outageText({ code, since, isOver }: MailOutage): [string, ...string[]] {
  const from = formatDate(new Date(since));
  if (isOver)
    return [
      `*Mail works again.* It had been failing since ${from}.`,
      'What waited is being sent. Invitations and resets whose links ended meanwhile are not: `/apim-user invites all` shows them, to resend.',
    ];
  const { what, advice } = CAUSES[code] ?? NO_ANSWER;
  return [
    `*No mail has left since ${from}*: ${what} (\`${code}\`).`,
    `*What to do:* ${advice}`,
    'Still works: everything here in Slack, the developers’ pages, and links that were mailed before. Mail waits for up to 23 hours and leaves by itself once this is mended. You are told when it does.',
  ];
}

const KEY = {
  what: 'Resend refuses our key',
  advice: 'Make a key at Resend that may send, set it as `RESEND_API_KEY`, and restart the server.',
};

const SENDER = {
  what: 'Resend does not let us send from the address in `MAIL_FROM`',
  advice:
    'Verify its domain at Resend under Domains, or set `MAIL_FROM` to an address of one that is, and restart the server.',
};

const QUOTA = {
  what: 'the quota of our plan at Resend is used up',
  advice: 'Wait until it starts again, or choose a larger plan at Resend.',
};

const NO_ANSWER = {
  what: 'Resend does not answer, or says that it can’t now',
  advice: 'Look at Resend’s status page, and whether the server still reaches it (`RESEND_BASE_URL`).',
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
