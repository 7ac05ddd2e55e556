import type { Hono } from 'hono';
import type { WebEnv } from '../http/request-facts.ts';
import type { Me, Site } from './site.tsx';

export function registerHome(portal: Hono<WebEnv>, site: Site): void {
  portal.get('/', (c) => c.redirect('/portal'));
  portal.get('/portal', async (c) => {
    const me = await site.me(c);
    if (me) return site.sessionPage(me, `Hello ${me.firstName}`, <Own me={me} />);
    return site.page('Your developer account', <Welcome site={site} />);
  });
}

function Own({ me }: { me: Me }) {
  return (
    <p>
      You are signed in as <strong>{me.email}</strong>.
    </p>
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
      <p>Accounts are given by invitation, which comes by mail. You have one and forgot your password?</p>
      <p>
        <a className="way" href="/password/forgot">
          Set a new password
        </a>
      </p>
    </>
  );
}
