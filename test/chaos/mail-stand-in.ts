// The mail provider: takes a mail once for each idempotency key, and remembers what it took.
import { startStandIn, type Trouble } from './stand-in.ts';

type TakenMail = { key: string; to: string; subject: string; text: string; body: string; deliveries: number };

export async function startMailStandIn(trouble: () => Trouble) {
  const taken = new Map<string, TakenMail>();
  /** Keys that came again with another mail. */
  const changed: string[] = [];
  let received = 0;

  function take({ path, headers, body }: { path: string; headers: object; body: string }) {
    if (!path.startsWith('/emails')) return { status: 200, body: { object: 'list', data: [DOMAIN] } };
    received += 1;
    const key = String((headers as Record<string, unknown>)['idempotency-key'] ?? `none ${received}`);
    const known = taken.get(key);
    if (known) {
      known.deliveries += 1;
      if (known.body !== body) changed.push(key);
      return { status: 200, body: { id: idOf(key) } };
    }
    const mail = JSON.parse(body) as { to: string | string[]; subject: string; text: string };
    const { subject, text } = mail;
    taken.set(key, { key, to: [mail.to].flat().join(), subject, text, body, deliveries: 1 });
    return { status: 200, body: { id: idOf(key) } };
  }

  const server = await startStandIn(
    take,
    (status) => ({
      name: status === 429 ? 'rate_limit_exceeded' : 'internal_server_error',
      message: 'chaos',
      statusCode: status,
    }),
    trouble,
  );
  return {
    url: server.url,
    close: server.close,
    taken: () => [...taken.values()],
    changed: () => changed,
    received: () => received,
    mailsTo: (email: string) => [...taken.values()].filter(({ to }) => to.includes(email)),
  };
}

const DOMAIN = { id: 'd', name: 'example.com', status: 'verified', region: 'local', created_at: '' };
const idOf = (key: string) => `re_${key.replaceAll(/\W/g, '_')}`;
