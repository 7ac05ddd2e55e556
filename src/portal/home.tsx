import type { Hono } from 'hono';
import type { WebEnv } from '../http/request-facts.ts';
import type { Site } from './site.tsx';

export function registerHome(portal: Hono<WebEnv>, site: Site): void {
  portal.get('/', (c) => c.redirect('/portal'));
  portal.get('/portal', () => {
    const { organizationName } = site.policy;
    const content = (
      <>
        <p>
          {organizationName} publishes APIs for outside developers. With an account you may use them; it is
          yours alone, and its password and keys are your secret.
        </p>
        <p>Accounts are given by invitation, which comes by mail. You have one and forgot your password?</p>
        <p>
          <a href="/password/forgot">Set a new password</a>
        </p>
      </>
    );
    return site.page('Your developer account', content);
  });
}
