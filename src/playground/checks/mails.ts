// Resend's rules for a mail, and its words for a refusal.
import { z } from 'zod';

const MAX_RECIPIENTS = 50;
const ADDRESS = /^[^\s@<>"(),;:\\]+@[^\s@<>"(),;:\\]+\.[^\s@<>"(),;:\\]+$/;
const FORMAT = '`email@example.com` or `Name <email@example.com>` format';
const badAddress = (field: string) =>
  `Invalid \`${field}\` field. The email address needs to follow the ${FORMAT}.`;

const recipients = (field: string) =>
  z
    .union(
      [z.string().transform((one) => [one]), z.array(z.string()), z.null().transform((): string[] => [])],
      {
        error: badAddress(field),
      },
    )
    .default([])
    .refine((list) => list.every(isAddress), badAddress(field))
    .refine((list) => list.length <= MAX_RECIPIENTS, `Too many addresses in \`${field}\`: at most 50.`);
const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '');
const mailSchema = z
  .object({
    from: z.string(badAddress('from')).refine(isAddress, badAddress('from')),
    to: recipients('to'),
    cc: recipients('cc'),
    bcc: recipients('bcc'),
    reply_to: recipients('reply_to'),
    subject: z.string().regex(/^[^\r\n]+$/, 'The `\\n` is not allowed in the `subject` field.'),
    html: text,
    text,
    headers: z.record(z.string().regex(/^[^\r\n]*$/), z.string().regex(/^[^\r\n]*$/)).default({}),
  })
  .refine((mail) => mail.html !== '' || mail.text !== '', 'Missing `html` or `text` field.')
  .transform(({ reply_to: replyTo, ...mail }) => ({ ...mail, replyTo }));

export type CheckedMail = z.output<typeof mailSchema>;
export type MailRefusal = { status: 400 | 422; name: string; message: string };

export function checkMail(rawBody: string): { mail: CheckedMail } | MailRefusal {
  const body = parse(rawBody);
  if (body === null)
    return { status: 400, name: 'validation_error', message: 'The request body is not a JSON object.' };
  for (const field of ['from', 'to', 'subject'])
    if (body[field] === undefined || body[field] === '')
      return { status: 422, name: 'missing_required_field', message: `Missing \`${field}\` field.` };
  const result = mailSchema.safeParse(body);
  if (result.success) return { mail: result.data };
  return { status: 422, name: 'validation_error', message: result.error.issues[0]?.message ?? '' };
}

function parse(rawBody: string): Record<string, unknown> | null {
  try {
    return z.record(z.string(), z.unknown()).safeParse(JSON.parse(rawBody)).data ?? null;
  } catch {
    return null;
  }
}

/** `a@b.example` or `Name <a@b.example>`, on one line. */
function isAddress(spelling: string): boolean {
  const named = /^([^<>]*)<([^<>]+)>$/.exec(spelling.trim());
  return !/[\r\n]/.test(spelling) && ADDRESS.test(named?.[2] ?? spelling.trim());
}
