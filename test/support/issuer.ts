// An OIDC issuer on this machine: a discovery document, keys that rotate, and failures.
import { createServer } from 'node:http';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';

export const AUDIENCE = 'api://apim-user';

type Key = Awaited<ReturnType<typeof newKey>>;

export async function startTestIssuer() {
  let keys: Key[] = [await newKey('first')];
  /** A wrong answer to give; null: the right one. */
  let trouble: 'error' | 'silence' | 'flood' | 'nonsense' | null = null;
  const asked: string[] = [];
  const server = createServer((req, res) => {
    asked.push(req.url ?? '');
    if (trouble === 'silence') return;
    if (trouble === 'error') return void res.writeHead(503).end();
    res.writeHead(200, { 'content-type': 'application/json' });
    if (trouble === 'nonsense') return void res.end('{"keys": 5');
    if (trouble === 'flood') return void res.end(`{"x": "${'x'.repeat(1_000_000)}"}`);
    const isKeys = req.url === '/keys';
    const document = { issuer: url, jwks_uri: `${url}/keys` };
    res.end(JSON.stringify(isKeys ? { keys: keys.map(({ jwk }) => jwk) } : document));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
  const current = () => keys.at(-1) as Key;

  return {
    url,
    asked,
    /** The public half of the newest key. */
    publicKey: () => current().jwk,
    /** A valid token except for the given claims; null leaves a claim out. */
    async token(
      claims: Record<string, unknown> = {},
      { kid, header = {}, key = current() }: { kid?: string; header?: object; key?: Key } = {},
    ): Promise<string> {
      const now = Math.floor(Date.now() / 1_000);
      const all = { iss: url, aud: AUDIENCE, sub: 'pipeline', nbf: now, exp: now + 600, ...claims };
      const given = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null));
      return new SignJWT(given as JWTPayload)
        .setProtectedHeader({ alg: key.alg, typ: 'JWT', kid: kid ?? key.kid, ...header })
        .sign(key.privateKey);
    },
    newKey,
    /** The newest key signs from now on; the published set holds all of them. */
    add: (key: Key) => void keys.push(key),
    dropAllBut: (kid: string) => {
      keys = keys.filter((key) => key.kid === kid);
    },
    setTrouble: (next: typeof trouble) => {
      trouble = next;
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(resolve);
      }),
  };
}

async function newKey(kid: string, alg = 'RS256') {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  return { kid, alg, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, use: 'sig', alg } };
}
