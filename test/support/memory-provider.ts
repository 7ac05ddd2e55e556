// A provider in memory, for operations without a browser: whoever comes back is whom the address names.
import { randomBytes } from 'node:crypto';
import type { SignInProvider, SignInProviders } from '../../src/identity/identity.ts';
import type { Context, SignInChoice } from '../../src/operations/frame/context.ts';
import { beginProviderSignIn } from '../../src/operations/identities/begin.ts';
import { finishProviderSignIn } from '../../src/operations/identities/finish.ts';

export const ACME: SignInChoice = {
  name: 'acme',
  issuer: 'https://acme.example',
  label: 'Acme',
  kind: 'Aad',
  domains: [],
  signUp: 'approval',
  signsOut: false,
};

const acme: SignInProvider = {
  begin: async ({ isFresh }) => {
    const state = randomBytes(32).toString('base64url');
    return {
      url: `https://acme.example/auth?state=${state}`,
      checks: { state, verifier: '', nonce: null, freshSince: isFresh ? 0 : null },
    };
  },
  finish: async (url) => {
    const { searchParams } = new URL(url);
    const subject = searchParams.get('subject') ?? '';
    const email = searchParams.get('email') ?? `${subject}@acme.example`;
    const [firstName, lastName] = ['Ann', 'Lee'];
    const identity = {
      provider: 'acme',
      kind: 'Aad',
      issuer: 'https://acme.example',
      subject,
      shownName: email,
    };
    return {
      identity: { ...identity, email, isEmailVerified: true, firstName, lastName },
      idToken: null,
      isProved: true,
    };
  },
  signOutUrl: async () => null,
};

export const MEMORY_PROVIDERS: SignInProviders = new Map([['acme', acme]]);

type Begin = Partial<Parameters<typeof beginProviderSignIn>[1]>;

/** What the browser brings back from the provider. */
export async function comesBack(
  context: Context,
  subject: string,
  { email, ...begin }: Begin & { email?: string } = {},
) {
  const begun = await beginProviderSignIn(context, { provider: 'acme', purpose: 'sign-in', ...begin });
  const state = new URL(begun.url).searchParams.get('state') ?? '';
  const query = new URLSearchParams({ subject, state, ...(email ? { email } : {}) });
  const url = `https://apis.example.com/portal/sign-in/acme/callback?${query}`;
  return { provider: 'acme', url, state, browserSecret: begun.browserSecret, agent: 'a browser' };
}

/** A browser in which the provider has proved a person whom no account knows. Returns its secret. */
export async function proved(
  t: { as(actor: { kind: 'developer' }): Context },
  subject: string,
  { as = t.as({ kind: 'developer' }), ...more }: Parameters<typeof comesBack>[2] & { as?: Context } = {},
): Promise<string> {
  const answer = await comesBack(as, subject, more);
  await finishProviderSignIn(t.as({ kind: 'developer' }), answer);
  return answer.browserSecret;
}
