// The keys of a subscription on its page, without the keys themselves.
import type { Text } from '../languages/languages.ts';
import type { KeyView, SubscriptionView } from '../operations/subscriptions/subscription.ts';
import { type CallableApi, FirstCall } from './first-call.tsx';
import { Facts, Link, Moment } from './page-parts.tsx';
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
        )}{' '}
        <KeyLife days={subscription.keysExpireAfterDays} mayOverlap={site.policy.keysMayOverlap} />
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

type KeyLifeProps = { days: number | null; mayOverlap: boolean };

/** How long a key works, and what becomes of the old one. */
export function KeyLife({ days, mayOverlap }: KeyLifeProps) {
  const sentences = [
    ...(days === null
      ? []
      : [
          say(
            '{days, plural, one {Each key ends # day after it’s made.} other {Each key ends # days after it’s made, and we mail you before.}}',
            { days },
          ),
        ]),
    ...(mayOverlap
      ? [say('When you replace a key, the old one can go on beside the new one for up to 30 days.')]
      : []),
  ];
  return sentences.join(' ');
}

const NAMES = { primary: 'Primary key', secondary: 'Secondary key' } as const satisfies Record<
  KeyView['slot'],
  Text
>;

function Key(props: { path: string; its: KeyView; version: number; now: Date }) {
  const { path, its, version, now } = props;
  const { slot, madeAt, endsAt, lastUsedAt, former, isLeaked } = its;
  const hasEnded = endsAt !== null && endsAt <= now;
  return (
    <section aria-labelledby={`${slot}-key`}>
      <h3 id={`${slot}-key`}>{say(NAMES[slot])}</h3>
      <Facts
        facts={[
          ['Made', <Moment key="made" at={madeAt} />],
          ['Last used', <LastUse key="used" at={lastUsedAt} />],
          [hasEnded ? 'Ended' : 'Ends', endsAt && <Moment key="ends" at={endsAt} />],
        ]}
      />
      {hasEnded ? (
        <p className="notice bad">{say('This key has ended: calls with it are refused.')}</p>
      ) : null}
      {isLeaked && !hasEnded ? (
        <p className="notice bad">
          {say('This key was found in public: anyone can call the API as you. Replace it now.')}
        </p>
      ) : null}
      {former?.endsAt ? (
        <form
          className={former.isLeaked ? 'notice bad' : 'notice'}
          method="post"
          action={`${path}/former-key?slot=${slot}`}
        >
          {former.isLeaked ? (
            <p>{say('The old key was found in public: anyone can call the API as you. End it now.')}</p>
          ) : null}
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
      <Link href={`${path}/new-key?slot=${slot}`} look={isLeaked || hasEnded ? 'button' : 'button quiet'}>
        {say('Replace the {slot, select, primary {primary} other {secondary}} key', { slot })}
      </Link>
    </section>
  );
}

const LastUse = ({ at }: { at: Date | null }) => (at ? <Moment at={at} /> : say('Never'));
