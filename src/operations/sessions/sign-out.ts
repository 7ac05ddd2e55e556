import { deleteSession, findSession } from '../../db/accounts/sessions.ts';
import { ProviderError } from '../../identity/identity.ts';
import { openSealedText } from '../../security/sealed-text.ts';
import { ACCOUNTS, defineOperation } from '../frame/operation.ts';
import { ID_TOKEN_SEALED_AS, signedInAs } from './session.ts';

/**
 * Ends the developer's current session. `url` is where the browser signs out at the provider too, when the settings say so
 * and the provider has such a page. A provider that doesn't answer is no reason to stay signed in here.
 */
export const signOut = defineOperation({
  name: 'sessions/sign-out',
  allowed: ACCOUNTS,
  effect: 'change',
  input: {},
  async prepare(context) {
    const { accountId, sessionId: id } = signedInAs(context);
    const session = await findSession(context.db, { serviceId: context.service.id, accountId, id });
    const choice = context.policy.signIn.providers.find(({ name }) => name === session?.provider);
    const provider = choice?.signsOut ? context.signInProviders?.get(choice.name) : undefined;
    if (!choice || !provider || !session) return null;
    const { sealedIdToken } = session;
    const idToken = sealedIdToken && openSealedText(context.keyring, ID_TOKEN_SEALED_AS, sealedIdToken);
    const returnTo = `${context.policy.publicUrl}/portal`;
    const url = await provider.signOutUrl({ idToken, returnTo }).catch(nullWhenAway);
    return url && { url, label: choice.label };
  },
  async run(act, _input, atProvider) {
    const { accountId, sessionId: id } = signedInAs(act);
    await deleteSession(act.tx, { serviceId: act.service.id, accountId, id });
    act.record({ target: { kind: 'account', id: accountId } });
    return { atProvider };
  },
});

function nullWhenAway(error: unknown): null {
  if (error instanceof ProviderError) return null;
  throw error;
}
