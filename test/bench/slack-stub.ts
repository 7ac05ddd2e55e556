// The least that the product needs of Slack, so that what is measured is the product.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export const TEAM = 'T0BENCH';
export const ADMIN = 'U0BENCHADMIN';

const ANSWERS: Record<string, unknown> = {
  '/api/auth.test': { ok: true, team_id: TEAM, user_id: 'U0BENCHBOT', bot_id: 'B0BENCH' },
  '/api/users.info': {
    ok: true,
    user: { id: ADMIN, team_id: TEAM, name: 'ada', profile: { real_name: 'Ada Admin' } },
  },
};

export type SlackStub = Awaited<ReturnType<typeof startSlackStub>>;

/** `answered` resolves with the body that came to the `response_url` of this command. */
export async function startSlackStub() {
  const waiting = new Map<string, (body: string) => void>();
  const server = createServer((req, res) => {
    const path = req.url ?? '';
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      res.setHeader('content-type', 'application/json');
      res.end(JSON.stringify(ANSWERS[path] ?? { ok: true }));
      waiting.get(path)?.(Buffer.concat(chunks).toString());
      waiting.delete(path);
    });
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    apiUrl: `${url}/api/`,
    responseUrl: (id: string) => `${url}/response/${id}`,
    answered: (id: string) => new Promise<string>((resolve) => void waiting.set(`/response/${id}`, resolve)),
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
