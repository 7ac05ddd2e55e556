// A company with accounts of its own: a real OpenID provider, so that signing in with one can be tried on a machine without.
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import type { RequestListener } from 'node:http';
import Provider, { type Configuration } from 'oidc-provider';
import { createMemory } from './memory.ts';
import { errorPage, peoplePage, signedOutPage, signOutPage } from './pages.ts';

export type Colleague = {
  subject: string;
  email: string;
  isEmailVerified: boolean;
  firstName: string;
  lastName: string;
};

export type CompanyOptions = {
  issuer: string;
  /** What is before the provider's own paths, such as `/playground/company`; empty for a server of its own. */
  mountPath: string;
  client: { id: string; secret: string; redirectUris: string[]; afterSignOut: string[] };
  /** Read again for each sign-in. */
  colleagues: () => readonly Colleague[];
};

/** Its memory is the process: people signed in there are signed out when it stops. */
export function createCompany(options: CompanyOptions): RequestListener {
  const { issuer, mountPath } = options;
  const provider = new Provider(issuer, configurationOf(options));
  const callback = provider.callback();
  return (req, res) => {
    const { pathname } = new URL(req.url ?? '/', 'http://localhost');
    if (pathname.startsWith(`${mountPath}/people/`)) return void choose(req, res);
    // How the provider learns where it is mounted.
    (req as { originalUrl?: string }).originalUrl = req.url ?? '/';
    req.url = (req.url ?? '/').slice(mountPath.length) || '/';
    void callback(req, res);
  };

  async function choose(...[req, res]: Parameters<RequestListener>): Promise<void> {
    try {
      if (req.method === 'POST') {
        const chosen = new URLSearchParams(await readSmallBody(req)).get('subject') ?? '';
        const isKnown = options.colleagues().some(({ subject }) => subject === chosen);
        const login = { accountId: chosen, remember: false };
        const denied = { error: 'access_denied', error_description: 'the person went back' };
        return await provider.interactionFinished(req, res, isKnown ? { login } : denied);
      }
      await provider.interactionDetails(req, res);
      res.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' });
      res.end(peoplePage(options.colleagues()));
    } catch {
      res.writeHead(400, { 'content-type': 'text/plain' }).end('This sign-in has ended. Start again.');
    }
  }
}

const MAX_BODY_BYTES = 2_000;

async function readSmallBody(req: Parameters<RequestListener>[0]): Promise<string> {
  let text = '';
  for await (const part of req) {
    text += String(part);
    if (text.length > MAX_BODY_BYTES) throw new Error('too long');
  }
  return text;
}

function configurationOf({ client, mountPath, colleagues }: CompanyOptions): Configuration {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  return {
    clients: [
      {
        client_id: client.id,
        client_secret: client.secret,
        redirect_uris: client.redirectUris,
        post_logout_redirect_uris: client.afterSignOut,
        response_types: ['code'],
        grant_types: ['authorization_code'],
        token_endpoint_auth_method: 'client_secret_post',
      },
    ],
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256' }] } as never,
    cookies: { keys: [randomBytes(32).toString('hex')] },
    claims: {
      openid: ['sub'],
      email: ['email', 'email_verified'],
      profile: ['name', 'given_name', 'family_name'],
    },
    // Everything in the ID token, as most companies do it.
    conformIdTokenClaims: false,
    features: {
      devInteractions: { enabled: false },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: (ctx, form) => {
          ctx.body = signOutPage(form);
        },
        postLogoutSuccessSource: (ctx) => {
          ctx.body = signedOutPage();
        },
      },
    },
    adapter: createMemory(),
    renderError: (ctx, { error }) => {
      ctx.type = 'html';
      ctx.body = errorPage(error);
    },
    pkce: { required: () => true },
    ttl: {
      AccessToken: 600,
      AuthorizationCode: 60,
      Grant: 600,
      IdToken: 600,
      Interaction: 600,
      Session: 3_600,
    },
    interactions: { url: (_ctx, { uid }) => `${mountPath}/people/${uid}` },
    findAccount: (_ctx, subject) => {
      const found = colleagues().find((one) => one.subject === subject);
      return found && { accountId: subject, claims: () => claimsOf(found) };
    },
    // The app is the company's own: it needs no consent.
    loadExistingGrant: async (ctx) => {
      const grant = new ctx.oidc.provider.Grant({
        clientId: ctx.oidc.client?.clientId ?? '',
        accountId: ctx.oidc.session?.accountId ?? '',
      });
      grant.addOIDCScope('openid email profile');
      await grant.save();
      return grant;
    },
  };
}

const claimsOf = ({ subject, email, isEmailVerified, firstName, lastName }: Colleague) => ({
  sub: subject,
  email,
  email_verified: isEmailVerified,
  name: `${firstName} ${lastName}`.trim(),
  given_name: firstName,
  family_name: lastName,
});
