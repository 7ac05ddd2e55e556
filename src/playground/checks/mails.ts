// What Resend asks of a mail, and the words in which it refuses.
import { isDict, textOf } from '../shapes.ts';

const MAX_RECIPIENTS = 50;
const ADDRESS = /^[^\s@<>"(),;:\\]+@[^\s@<>"(),;:\\]+\.[^\s@<>"(),;:\\]+$/;

export type CheckedMail = {
  from: string;
  to: string[];
  cc: string[];
  bcc: string[];
  replyTo: string[];
  subject: string;
  html: string;
  text: string;
  headers: Record<string, string>;
};
export type MailFault = { status: 400 | 422; name: string; message: string };

const wrong = (name: string, message: string): MailFault => ({ status: 422, name, message });

/** `a@b.example` or `Name <a@b.example>`, on one line. */
function isAddress(spelling: string): boolean {
  if (/[\r\n]/.test(spelling)) return false;
  const named = /^([^<>]*)<([^<>]+)>$/.exec(spelling.trim());
  return ADDRESS.test(named?.[2] ?? spelling.trim());
}

function listOf(value: unknown): string[] | null {
  if (value === undefined || value === null) return [];
  if (typeof value === 'string') return [value];
  return Array.isArray(value) && value.every((one) => typeof one === 'string') ? (value as string[]) : null;
}

export function checkMail(rawBody: string): { mail: CheckedMail } | MailFault {
  let body: unknown;
  try {
    body = JSON.parse(rawBody);
  } catch {
    return { status: 400, name: 'validation_error', message: 'The request body is not valid JSON.' };
  }
  if (!isDict(body))
    return { status: 400, name: 'validation_error', message: 'The request body must be an object.' };
  for (const field of ['from', 'to', 'subject'])
    if (body[field] === undefined || body[field] === '')
      return wrong('missing_required_field', `Missing \`${field}\` field.`);
  const from = textOf(body.from);
  if (!isAddress(from))
    return wrong(
      'validation_error',
      'Invalid `from` field. The email address needs to follow the `email@example.com` or `Name <email@example.com>` format.',
    );
  const lists: Record<string, string[]> = {};
  for (const field of ['to', 'cc', 'bcc', 'reply_to']) {
    const list = listOf(body[field]);
    if (list === null || !list.every(isAddress))
      return wrong(
        'validation_error',
        `Invalid \`${field}\` field. The email address needs to follow the \`email@example.com\` or \`Name <email@example.com>\` format.`,
      );
    if (list.length > MAX_RECIPIENTS)
      return wrong('validation_error', `Too many addresses in \`${field}\`: at most 50.`);
    lists[field] = list;
  }
  const subject = textOf(body.subject);
  if (subject === '' || /[\r\n]/.test(subject))
    return wrong('validation_error', 'The `\\n` is not allowed in the `subject` field.');
  const html = textOf(body.html);
  const text = textOf(body.text);
  if (html === '' && text === '') return wrong('validation_error', 'Missing `html` or `text` field.');
  const headers = isDict(body.headers) ? body.headers : {};
  if (
    Object.entries(headers).some(([name, value]) => typeof value !== 'string' || /[\r\n]/.test(name + value))
  )
    return wrong('validation_error', 'Invalid `headers` field.');
  return {
    mail: {
      from,
      to: lists.to ?? [],
      cc: lists.cc ?? [],
      bcc: lists.bcc ?? [],
      replyTo: lists.reply_to ?? [],
      subject,
      html,
      text,
      headers: headers as Record<string, string>,
    },
  };
}
