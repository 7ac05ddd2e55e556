// What pages have beside their forms: notices, moments, and the ways to other pages.
import type { ReactNode } from 'react';
import type { Text } from '../languages/languages.ts';
import { MailTo } from './mail-to.tsx';
import { say, speech, Words } from './say.tsx';
import { SIGN_UP_PATH } from './sign-up.tsx';
import type { Site } from './site.tsx';

export function Notice({ children }: { children: ReactNode }) {
  return (
    <p className="notice" role="status">
      {children}
    </p>
  );
}

/** An error of the whole form. Screen readers read it at once. */
export function Alert({ children }: { children: ReactNode }) {
  return (
    <p className="notice bad" role="alert">
      {children}
    </p>
  );
}

/** A time in UTC. With scripts, the reader's own time follows it. */
export function Moment({ at }: { at: Date }) {
  return <time dateTime={at.toISOString()}>{speech().moment(at)}</time>;
}

/** Facts by their names, without those that have no value. */
export function Facts({ facts }: { facts: readonly (readonly [Text, ReactNode])[] }) {
  return (
    <dl>
      {facts
        .filter(([, value]) => value)
        .map(([name, value]) => (
          <div key={name}>
            <dt>{say(name)}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}

type Look = 'way' | 'button' | 'button quiet' | 'button quiet bad';

/** A link that is a paragraph of its own. */
export function Link(props: { href: string; look?: Look; rel?: 'next'; children: ReactNode }) {
  const { look = 'way', children, ...link } = props;
  return (
    <p>
      <a className={look} {...link}>
        {children}
      </a>
    </p>
  );
}

/** For visitors: how to get an account. */
export function NoAccountYet({ site }: { site: Site }) {
  const { organizationName, signUp, supportEmail, signIn } = site.policy;
  const letsIn = signIn.providers.filter((one) => one.signUp !== 'off').map(({ label }) => label);
  if (signUp === 'off' && letsIn.length > 0)
    return (
      <p className="hint">
        {say('No account yet? Continue with {providers} to get one.', { providers: speech().list(letsIn) })}
      </p>
    );
  return signUp === 'off' ? (
    <p className="hint">
      <Words
        text="No account yet? {organization} invites developers by mail. To ask for an invitation, write to {support}."
        organization={organizationName}
        support={<MailTo email={supportEmail} />}
      />
    </p>
  ) : (
    <p>
      <Words
        text="No account yet? <link>Sign up</link>"
        link={(words) => (
          <a className="way" href={SIGN_UP_PATH}>
            {words}
          </a>
        )}
      />
    </p>
  );
}
