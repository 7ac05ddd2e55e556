// What the rest of the product knows of a provider that developers sign in with.

/** A person, as a provider proved it. Only issuer and subject tell who it is: an email can change hands. */
export type ProvedIdentity = {
  /** The provider's name in the settings. */
  provider: string;
  kind: string;
  issuer: string;
  subject: string;
  /** What the person is called there. */
  shownName: string;
  email: string | null;
  /** The provider says that the person can read mail to it. */
  isEmailVerified: boolean;
  firstName: string;
  lastName: string;
};

/** What the provider's answer is checked with. */
export type Checks = {
  state: string;
  verifier: string;
  nonce: string | null;
  /** When the person was sent to prove again who they are, in seconds; null when a sign-in of any age will do. */
  freshSince: number | null;
};

export type Answer = {
  identity: ProvedIdentity;
  idToken: string | null;
  /** The person was asked to prove again who they are, and the provider says that they did. */
  isProved: boolean;
};

export type SignInProvider = {
  /** Where the browser goes. `isFresh`: the person must prove again who they are. Errors: `ProviderError`. */
  begin(how: { redirectUri: string; isFresh: boolean }): Promise<{ url: string; checks: Checks }>;
  /** Checks the answer, and exchanges its code. `url` is the whole address that the browser came back to. Errors: `ProviderError`. */
  finish(url: string, checks: Checks): Promise<Answer>;
  /** Where the browser goes to sign out there too; null when the provider has no such page. Errors: `ProviderError`. */
  signOutUrl(how: { idToken: string | null; returnTo: string }): Promise<string | null>;
};

/** By the provider's name in the settings. */
export type SignInProviders = ReadonlyMap<string, SignInProvider>;

/** `cancelled`: the person said no there. `refused`: the answer can't be trusted. `unavailable`: it may work later. */
export class ProviderError extends Error {
  readonly reason: 'cancelled' | 'refused' | 'unavailable';

  constructor(reason: ProviderError['reason'], options?: ErrorOptions) {
    super(`the provider's sign-in was ${reason}`, options);
    this.name = 'ProviderError';
    this.reason = reason;
  }
}
