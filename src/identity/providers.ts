// The providers of the settings. Each is read when it is first used, so that one that is down stops neither the start nor the others.
import type { Log } from '../log.ts';
import type { SignInProviderSettings } from '../settings/sign-in-settings.ts';
import type { SignInProvider, SignInProviders } from './identity.ts';
import type { OpenIdClient } from './openid-client.ts';

export type ProviderOptions = {
  log: Log;
  clock: () => Date;
  /** Where this machine reaches an issuer, when that isn't where browsers do. */
  addressOf?: (url: string) => string;
};

export function createSignInProviders(
  settings: readonly SignInProviderSettings[],
  options: ProviderOptions,
): SignInProviders {
  return new Map(settings.map((one) => [one.name, createProvider(one, options)]));
}

function createProvider(settings: SignInProviderSettings, options: ProviderOptions): SignInProvider {
  let loading: Promise<OpenIdClient> | null = null;
  // The library is loaded with the first sign-in: most processes never need it.
  const client = () => {
    loading ??= import('./openid-client.ts').then(({ createOpenIdClient }) =>
      createOpenIdClient(settings, options),
    );
    return loading;
  };
  return {
    begin: async (how) => (await client()).begin(how),
    finish: async (url, checks) => (await client()).finish(url, checks),
    signOutUrl: async (how) => (await client()).signOutUrl(how),
  };
}
