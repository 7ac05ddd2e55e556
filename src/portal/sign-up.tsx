import type { Hono } from 'hono';
import { DomainError } from '../domain/domain-error.ts';
import { signUp } from '../operations/accounts/sign-up.ts';
import type { WebEnv } from '../web/request-facts.ts';
import { type Faults, faultsOf } from './faults.ts';
import { Field, MAX_NAME_LENGTH } from './form.tsx';
import { type Site, UNPROCESSABLE, type Web } from './site.tsx';

export const SIGN_UP_PATH = '/portal/sign-up';
const TITLE = 'Sign up';

type Wish = { email: string; firstName: string; lastName: string };
const NOTHING: Wish = { email: '', firstName: '', lastName: '' };

/** Where nobody may sign up there is no such page. */
export function registerSignUp(portal: Hono<WebEnv>, site: Site): void {
  if (site.policy.signUp === 'off') return;
  portal.get(SIGN_UP_PATH, () => site.page(TITLE, <SignUpForm site={site} wish={NOTHING} />));
  portal.post(SIGN_UP_PATH, async (c) => {
    const form = await site.gate.form(c);
    const field = (name: string) => form.get(name) ?? '';
    const wish = { email: field('email'), firstName: field('firstName'), lastName: field('lastName') };
    try {
      await ask(c, site, wish);
    } catch (error) {
      const faults = faultsOf(error) ?? {};
      return site.page(TITLE, <SignUpForm site={site} wish={wish} faults={faults} />, UNPROCESSABLE);
    }
    return site.page('Look into your mailbox', <AskedFor email={wish.email} />);
  });
}

async function ask(c: Web, site: Site, wish: Wish): Promise<void> {
  try {
    if (!(await site.gate.mayAskFor(c, 'signUp', wish.email))) return;
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    // It is refused in any case: the operation tells what is wrong with the names as well.
  }
  await signUp(site.developer(c), wish);
}

function SignUpForm({ site, wish, faults }: { site: Site; wish: Wish; faults?: Faults }) {
  const { organizationName, signUp: mode } = site.policy;
  const name = { maxLength: MAX_NAME_LENGTH, faults };
  return (
    <>
      <p>
        You get a mail with a link. Open it to show that the address is yours, and choose your password there.
        {mode === 'approval'
          ? ` Then somebody at ${organizationName} looks at it, and you hear from us.`
          : ''}
      </p>
      <form method="post" action={SIGN_UP_PATH}>
        <Field
          name="email"
          label="E-mail address"
          type="email"
          autoComplete="email"
          value={wish.email}
          faults={faults}
        />
        <Field
          {...name}
          name="firstName"
          label="First name"
          autoComplete="given-name"
          value={wish.firstName}
        />
        <Field {...name} name="lastName" label="Last name" autoComplete="family-name" value={wish.lastName} />
        <button type="submit">Sign up</button>
      </form>
      <p>
        <a className="way" href="/portal/sign-in">
          You have an account? Sign in
        </a>
      </p>
    </>
  );
}

/** The same for every address. */
function AskedFor({ email }: { email: string }) {
  return (
    <>
      <p>
        A mail is on its way to <strong>{email}</strong>, and says how to go on. It may take a few minutes.
      </p>
      <p>Nothing came? Look into the spam folder, or write to the address below.</p>
    </>
  );
}
