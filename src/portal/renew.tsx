// What a developer can do when a subscription ends.
import type { SubscriptionView } from '../operations/subscriptions/subscription.ts';
import { MailTo } from './mail-to.tsx';
import { pathOfProduct } from './offer.tsx';
import { Link } from './page-parts.tsx';
import { say, speech, Words } from './say.tsx';
import type { Me, Site } from './site.tsx';
import { pathOfSubscription } from './subscription-labels.ts';

export function renewPage(site: Site, me: Me, subscription: SubscriptionView): Response {
  const { id, name, scope, endsAt, state } = subscription;
  const isLive = state === 'active' || state === 'suspended' || state === 'submitted';
  const isEndless = isLive && endsAt === null;
  const content = (
    <>
      <p>
        {isEndless ? (
          say('This subscription has no end, so there’s nothing to renew.')
        ) : isLive && endsAt ? (
          <Words
            text="This subscription ends on {day}. To keep its keys for longer, write to {support}: we can move its end. Or subscribe again, and get new keys."
            day={speech().day(endsAt)}
            support={<MailTo email={site.policy.supportEmail} />}
          />
        ) : (
          say('The keys of this subscription don’t work any more. Subscribe again to get new ones.')
        )}
      </p>
      {scope.kind === 'product' && !isEndless ? (
        <Link href={pathOfProduct(scope.id)} look="button">
          {say('Subscribe again')}
        </Link>
      ) : null}
      <Link href={pathOfSubscription(id)}>{say('Show the subscription')}</Link>
    </>
  );
  return site.sessionPage(me, say('Renew {name}', { name }), content);
}
