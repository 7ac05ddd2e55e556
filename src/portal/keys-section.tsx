// The keys of a subscription on its page, without the keys themselves.
import type { ReactNode } from 'react';
import type { Text } from '../languages/languages.ts';
import type { KeyView, SubscriptionView } from '../operations/subscriptions/subscription.ts';
import { type CallableApi, FirstCall } from './first-call.tsx';
import { Link, Moment } from './page-parts.tsx';
import { say, Words } from './say.tsx';
import type { Site } from './site.tsx';
import { pathOfSubscription } from './subscription-labels.ts';

type KeysProps = { site: Site; subscription: SubscriptionView; api: CallableApi | null; now: Date };

export function KeysSection({ site, subscription, api, now }: KeysProps) {
  const path = pathOfSubscription(subscription.id);
  return (
    <>
      <h2 id="keys">{say('Keys')}</h2>
      <FirstCall site={site} api={api} />
      <p className="hint">
        {say(
          'There are two keys, so that you can replace one while the other works. We note each time they’re shown.',
        )}
      </p>
      <form method="post" action={`${path}/keys`}>
        <button type="submit">{say('Show the keys')}</button>
      </form>
      {subscription.keys.map((key) => (
        <Key key={key.slot} path={path} its={key} version={subscription.version} now={now} />
      ))}
    </>
  );
}

const NAMES = { primary: 'Primary key', secondary: 'Secondary key' } as const satisfies Record<
  KeyView['slot'],
  Text
>;

function Key(props: { path: string; its: KeyView; version: number; now: Date }) {
  const { path, its, version, now } = props;
  const { slot, madeAt, endsAt, lastUsedAt, former } = its;
  const hasEnded = endsAt !== null && endsAt <= now;
  const facts: [Text, ReactNode][] = [
    ['Made', <Moment key="made" at={madeAt} />],
    ['Last used', <LastUse key="used" at={lastUsedAt} />],
    ...(endsAt
      ? [[hasEnded ? 'Ended' : 'Ends', <Moment key="ends" at={endsAt} />] as [Text, ReactNode]]
      : []),
  ];
  return (
    <section aria-labelledby={`${slot}-key`}>
      <h3 id={`${slot}-key`}>{say(NAMES[slot])}</h3>
      <dl>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{say(name)}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {hasEnded ? (
        <p className="notice bad">{say('This key has ended: calls with it are refused.')}</p>
      ) : null}
      {former?.endsAt ? (
        <form className="notice" method="post" action={`${path}/former-key?slot=${slot}`}>
          <Words
            text="The old key works until {moment}. Last used: {used}."
            moment={<Moment at={former.endsAt} />}
            used={<LastUse at={former.lastUsedAt} />}
          />
          <input type="hidden" name="version" value={version} />
          <button className="quiet" type="submit">
            {say('End the old key now')}
          </button>
        </form>
      ) : null}
      <Link href={`${path}/new-key?slot=${slot}`} look="button quiet">
        {say('Replace the {slot, select, primary {primary} other {secondary}} key', { slot })}
      </Link>
    </section>
  );
}

const LastUse = ({ at }: { at: Date | null }) => (at ? <Moment at={at} /> : say('Never'));
