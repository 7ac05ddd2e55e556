// A developer proves again who they are: by the password, or by a sign-in of the last minutes.
import type { showOwnAccount } from '../operations/accounts/show-own.ts';
import type { FormFields } from '../web/read-form.ts';
import type { FieldErrors } from './field-errors.ts';
import { CurrentPassword } from './form.tsx';
import { ProviderButtons } from './provider-buttons.tsx';
import { say } from './say.tsx';
import type { Site } from './site.tsx';

export type Own = Awaited<ReturnType<typeof showOwnAccount>>;

const typesPassword = ({ hasPassword, signIns }: Own): boolean => hasPassword || signIns.length === 0;

/** Whether the developer can send such a form now. */
export const canProve = (own: Own): boolean => typesPassword(own) || own.isFresh;

/** Not for an account that only a provider signs in to. */
export const OwnPassword = ({ own, errors }: { own: Own; errors: FieldErrors | undefined }) =>
  typesPassword(own) ? <CurrentPassword errors={errors} /> : null;

export function currentPasswordIn(form: FormFields): { currentPassword?: string } {
  const typed = form.get('currentPassword');
  return typed === undefined ? {} : { currentPassword: typed };
}

/** Instead of the form. `page` is the last part of its address, to come back to. */
export function SignInAgain({ site, own, page }: { site: Site; own: Own; page: string }) {
  const providers = own.signIns.map(({ provider }) => provider);
  return (
    <>
      <p>{say('To change this, sign in again first. It only takes a moment.')}</p>
      <ProviderButtons site={site} again={{ page, providers }} />
    </>
  );
}
