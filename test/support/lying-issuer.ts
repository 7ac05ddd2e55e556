// A provider that says what a test wants, also what no honest one says. It speaks OpenID Connect and, for GitHub, its OAuth.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT, UnsecuredJWT } from 'jose';

type Lie = { claims?: Record<string, unknown>; isUnsigned?: true; isForged?: true };
type GithubUser = { id: number; email: string; isVerified: boolean };

const CLIENT_ID = 'apim-user';

export async function startLyingIssuer({ namesItself = false }: { namesItself?: boolean } = {}) {
  const [own, forged] = [await generateKeyPair('RS256'), await generateKeyPair('RS256')];
  const jwk = { ...(await exportJWK(own.publicKey)), kid: 'own', alg: 'RS256', use: 'sig' };
  let idToken = '';
  let github: GithubUser = { id: 1, email: '', isVerified: false };
  let trouble: 'error' | 'nonsense' | 'flood' | 'silence' | null = null;

  const answers: Record<string, () => unknown> = {
    '/.well-known/openid-configuration': () => ({
      issuer: url,
      authorization_endpoint: `${url}/authorize`,
      token_endpoint: `${url}/token`,
      jwks_uri: `${url}/keys`,
      id_token_signing_alg_values_supported: ['RS256', 'none'],
      authorization_response_iss_parameter_supported: namesItself,
    }),
    '/keys': () => ({ keys: [jwk] }),
    '/token': () => ({ access_token: 'an-access-token', token_type: 'bearer', id_token: idToken }),
    '/login/oauth/access_token': () => ({ access_token: 'an-access-token', token_type: 'bearer' }),
    '/api/v3/user': () => ({ id: github.id, login: 'ann-lee', name: 'Ann Lee' }),
    '/api/v3/user/emails': () => [
      { email: 'old@example.com', primary: false, verified: true },
      { email: github.email, primary: true, verified: github.isVerified },
    ],
  };
  const server = createServer((req, res) => {
    const answer = answers[req.url ?? ''];
    if (trouble === 'silence') return;
    if (!answer || trouble === 'error') return void res.writeHead(answer ? 500 : 404).end();
    res.writeHead(200, { 'content-type': 'application/json' });
    if (trouble === 'nonsense') return void res.end('{"keys": 5');
    res.end(trouble === 'flood' ? `{"x": "${'x'.repeat(1_000_000)}"}` : JSON.stringify(answer()));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    url,
    settingsFor: (name: string, more: Record<string, string> = {}) =>
      Object.fromEntries(
        Object.entries({ ISSUER: url, CLIENT_ID, CLIENT_SECRET: 'a-secret', ...more }).map(
          ([field, value]) => [`SIGN_IN_${name.toUpperCase()}_${field}`, value],
        ),
      ),
    /** What the next code is exchanged for. */
    async answersWith(nonce: string, { claims = {}, isUnsigned, isForged }: Lie = {}): Promise<void> {
      const now = Math.floor(Date.now() / 1_000);
      const honest = { iss: url, aud: CLIENT_ID, sub: 'ann', iat: now, exp: now + 300, nonce };
      const all = { ...honest, email_verified: true, ...claims } as JWTPayload;
      const header = { alg: 'RS256', kid: 'own' };
      idToken = isUnsigned
        ? new UnsecuredJWT(all).encode()
        : await new SignJWT(all).setProtectedHeader(header).sign((isForged ? forged : own).privateKey);
    },
    isGithubOf(user: GithubUser): void {
      github = user;
    },
    setTrouble(next: typeof trouble): void {
      trouble = next;
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(resolve);
      }),
  };
}
