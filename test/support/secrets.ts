// Finds secrets in the texts that a test file wrote for people and auditors.
import postgres from 'postgres';

/** Passwords that tests type everywhere, hashes of any, tokens of Slack, keys of Resend, links that carry a ticket. */
const SECRETS =
  /quiet (garden )?chairs|\$2[aby]\$\d\d\$|hmac-sha384|xox[abp]-|\bre_[A-Za-z0-9]{8}|ticket=[\w-]{20}|apim(?:tok)?_[0-9A-Za-z]{20}|"(password|ticket|secret|hash|token)":"[^"]/i;

/** The secrets in a text; `tickets` are those that were mailed. */
export function secretsIn(text: string, tickets: Iterable<string> = []): string[] {
  const found = [...tickets].filter((ticket) => text.includes(ticket));
  const match = SECRETS.exec(text);
  return match ? [...found, text.slice(Math.max(0, match.index - 80), match.index + 80)] : found;
}

export const ticketsIn = (mails: readonly { text: string }[]): string[] =>
  mails.flatMap((mail) => [...mail.text.matchAll(/ticket=([\w-]{43})/g)].map(([, ticket]) => ticket ?? ''));

/** All of the audit, its details included, as text. */
export async function auditText(sql: postgres.Sql): Promise<string> {
  const rows = await sql<{ text: string }[]>`
    select to_jsonb(audit)::text || coalesce(to_jsonb(d)::text, '') as text
    from audit left join audit_details d on d.service_id = audit.service_id and d.audit_id = audit.id`;
  return rows.map((row) => row.text).join('\n');
}

export async function auditTextAt(databaseUrl: string): Promise<string> {
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {} });
  try {
    return await auditText(sql);
  } finally {
    await sql.end({ timeout: 5 });
  }
}
