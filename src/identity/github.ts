// GitHub has no OpenID Connect for people: who signed in, and with which emails, is asked of its API.
import type { CustomFetch } from 'openid-client';
import { z } from 'zod';
import type { SignInProviderSettings } from '../settings/sign-in-settings.ts';
import { readIdentity } from './claims.ts';
import { type Answer, ProviderError } from './identity.ts';

const TIMEOUT_MS = 5_000;

const USER = z.object({ id: z.number().int(), login: z.string(), name: z.string().nullish() });
const EMAILS = z.array(z.object({ email: z.string(), primary: z.boolean(), verified: z.boolean() }));

/** Source: GitHub REST, `GET /user` and `GET /user/emails`. Errors: `ProviderError`. */
export async function readGithubUser(
  settings: SignInProviderSettings,
  accessToken: string,
  fetch: CustomFetch,
): Promise<Answer> {
  const api =
    settings.issuer === 'https://github.com' ? 'https://api.github.com' : `${settings.issuer}/api/v3`;
  const ask = async (path: string): Promise<unknown> => {
    const response = await fetch(`${api}${path}`, {
      method: 'GET',
      redirect: 'manual',
      body: undefined,
      headers: {
        authorization: `Bearer ${accessToken}`,
        accept: 'application/vnd.github+json',
        'user-agent': 'apim-user',
      },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (response.status !== 200) throw new ProviderError('unavailable');
    return response.json();
  };
  const user = USER.safeParse(await ask('/user'));
  const emails = EMAILS.safeParse(await ask('/user/emails'));
  if (!user.success || !emails.success) throw new ProviderError('unavailable');
  const email = emails.data.find(({ primary }) => primary);
  const identity = readIdentity(settings, {
    sub: String(user.data.id),
    preferred_username: user.data.login,
    name: user.data.name ?? '',
    email: email?.email,
    email_verified: email?.verified ?? false,
  });
  if (!identity) throw new ProviderError('refused');
  return { identity, idToken: null, isProved: false };
}
