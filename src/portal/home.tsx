// The start page: what the programme offers and, for a developer, what to do next.
import type { Hono } from 'hono';
import { listOfferedProducts } from '../operations/products/list-offered.ts';
import { listOwnSubscriptions } from '../operations/subscriptions/list-own.ts';
import type { SubscriptionView } from '../operations/subscriptions/subscription.ts';
import type { WebEnv } from '../web/request-facts.ts';
import { Offer, PRODUCTS_PATH, type Product, pathOfApi } from './offer.tsx';
import { Link, NoAccountYet } from './page-parts.tsx';
import { say, Words } from './say.tsx';
import type { Me, Site } from './site.tsx';
import { pathOfSubscription, SUBSCRIPTIONS_PATH, stateLabel } from './subscription-labels.ts';
import { LastUse } from './subscriptions.tsx';
import { waitingTermsOf } from './terms.tsx';

const MAX_SHOWN = 5;
/** What may be called, or may be again. */
const SHOWN_STATES: readonly string[] = ['active', 'submitted', 'suspended'];

export function registerHome(portal: Hono<WebEnv>, site: Site): void {
  portal.get('/', (c) => c.redirect('/portal'));
  portal.get('/portal', async (c) => {
    const me = await site.me(c);
    const { products } = await listOfferedProducts(me?.context ?? site.developerContext(c), {});
    if (me) {
      const own = await listOwnSubscriptions(me.context, {});
      const title = say('Hello {name}', { name: me.firstName });
      const content = (
        <>
          {own.length > 0 ? await waitingTermsOf(me) : null}
          <Overview site={site} me={me} own={own} products={products} />
        </>
      );
      return site.sessionPage(me, title, content);
    }
    const title = say('Build with {organization}', { organization: site.policy.organizationName });
    return site.sessionPage(null, title, <Welcome site={site} products={products} />);
  });
}

type OverviewProps = { site: Site; me: Me; own: SubscriptionView[]; products: readonly Product[] };

function Overview({ site, me, own, products }: OverviewProps) {
  const live = own.filter(({ state }) => SHOWN_STATES.includes(state));
  const subscribed = new Set(live.map(({ scope }) => (scope.kind === 'product' ? scope.id : null)));
  const others = products.filter(({ id }) => !subscribed.has(id));
  return (
    <>
      <p>
        <Words text="You are signed in as <b>{email}</b>." email={me.email} />
      </p>
      {live.some(({ calls }) => calls > 0) ? null : <NextSteps live={live} products={products} />}
      {live.length > 0 ? (
        <>
          <h2>{say('Your subscriptions')}</h2>
          <Subscriptions subscriptions={live.slice(0, MAX_SHOWN)} now={me.context.clock()} />
        </>
      ) : null}
      {own.length > 0 ? <Link href={SUBSCRIPTIONS_PATH}>{say('My subscriptions and keys')}</Link> : null}
      {others.length > 0 ? (
        <>
          <h2>{live.length > 0 ? say('Products to add') : say('What you can build with')}</h2>
          <Offer site={site} products={others.slice(0, MAX_SHOWN)} />
        </>
      ) : null}
      {products.length > 0 ? <Link href={PRODUCTS_PATH}>{say('See all products')}</Link> : null}
    </>
  );
}

/** From the first subscription to the first call: one step is next, and has the way to it. */
function NextSteps({ live, products }: { live: SubscriptionView[]; products: readonly Product[] }) {
  const active = live.find(({ state }) => state === 'active');
  const waiting = live.find(({ state }) => state === 'submitted');
  const scope = active?.scope;
  const api = products.find(({ id }) => scope?.kind === 'product' && id === scope.id)?.apis[0];
  return (
    <ol className="steps">
      {active ? (
        <li className="done">{say('Subscribe to a product')}</li>
      ) : (
        <li aria-current="step">
          <b>{say('Subscribe to a product')}</b>
          {waiting ? (
            <>
              <p>{say('Your request waits for approval. We’ll tell you by mail once it’s decided.')}</p>
              <Link href={pathOfSubscription(waiting.id)}>{waiting.name}</Link>
            </>
          ) : (
            <>
              <p>{say('To call an API you need a key. A subscription gives you one.')}</p>
              <Link href={PRODUCTS_PATH} look="button">
                {say('Choose a product')}
              </Link>
            </>
          )}
        </li>
      )}
      {active ? (
        <li aria-current="step">
          <b>{say('Get your key and make your first call')}</b>
          <Link href={pathOfSubscription(active.id)} look="button">
            {say('Go to my key')}
          </Link>
          {api ? <Link href={pathOfApi(api.id)}>{say('What {api} can do', { api: api.name })}</Link> : null}
        </li>
      ) : (
        <li>{say('Get your key and make your first call')}</li>
      )}
      <li>{say('See your calls here')}</li>
    </ol>
  );
}

function Subscriptions({ subscriptions, now }: { subscriptions: SubscriptionView[]; now: Date }) {
  return (
    <ul className="rows">
      {subscriptions.map((one) => (
        <li key={one.id}>
          <a className="way" href={pathOfSubscription(one.id)}>
            {one.name}
          </a>
          <p className="hint">
            {stateLabel(one, now)}. {say('Last used')}: <LastUse subscription={one} />
          </p>
        </li>
      ))}
    </ul>
  );
}

function Welcome({ site, products }: { site: Site; products: readonly Product[] }) {
  const { organizationName } = site.policy;
  return (
    <>
      <p>
        {say(
          'Sign in to subscribe to the APIs of {organization}, get your keys and manage your developer account.',
          { organization: organizationName },
        )}
      </p>
      <Link href="/portal/sign-in" look="button">
        {say('Sign in')}
      </Link>
      <NoAccountYet site={site} />
      {products.length > 0 ? (
        <>
          <h2>{say('What you can build with')}</h2>
          <Offer site={site} products={products} />
        </>
      ) : null}
    </>
  );
}
