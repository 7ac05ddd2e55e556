import type { Hono } from 'hono';
import type { WebEnv } from '../web/request-facts.ts';
import { SIGN_UP_PATH } from './sign-up.tsx';
import type { Me, Site } from './site.tsx';

export function registerHome(portal: Hono<WebEnv>, site: Site): void {
  portal.get('/', (c) => c.redirect('/portal'));
  portal.get('/portal', async (c) => {
    const me = await site.me(c);
    if (me) return site.sessionPage(me, `Hello ${me.firstName}`, <Overview me={me} />);
    return site.page('Your developer account', <Welcome site={site} />);
  });
}

function Overview({ me }: { me: Me }) {
  return (
    <>
      <p>
        You are signed in as <strong>{me.email}</strong>.
      </p>
      <p>
        <a className="way" href="/portal/products">
          See the products
        </a>
      </p>
      <p>
        <a className="way" href="/portal/subscriptions">
          My subscriptions and their keys
        </a>
      </p>
    </>
  );
}

function Welcome({ site }: { site: Site }) {
  return (
    <>
      <p>
        {site.policy.organizationName} publishes APIs for outside developers. With an account you may use
        them; it is yours alone, and its password and keys are your secret.
      </p>
      <p>
        <a className="button" href="/portal/sign-in">
          Sign in
        </a>
      </p>
      {site.policy.signUp === 'off' ? (
        <p>Accounts are given by invitation, which comes by mail.</p>
      ) : (
        <p>
          You have none?{' '}
          <a className="way" href={SIGN_UP_PATH}>
            Sign up
          </a>
        </p>
      )}
      <p>
        <a className="way" href="/portal/products">
          See what is on offer
        </a>
      </p>
      <p>
        You forgot your password?{' '}
        <a className="way" href="/password/forgot">
          Set a new one
        </a>
      </p>
    </>
  );
}
