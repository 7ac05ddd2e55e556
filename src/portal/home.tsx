import type { Hono } from 'hono';
import { listOfferedProducts } from '../operations/products/list-offered.ts';
import { listOwnSubscriptions } from '../operations/subscriptions/list-own.ts';
import type { WebEnv } from '../web/request-facts.ts';
import { Offer } from './offer.tsx';
import { Link, NoAccountYet } from './page-parts.tsx';
import { say, Words } from './say.tsx';
import type { Me, Site } from './site.tsx';

export function registerHome(portal: Hono<WebEnv>, site: Site): void {
  portal.get('/', (c) => c.redirect('/portal'));
  portal.get('/portal', async (c) => {
    const me = await site.me(c);
    if (me) {
      const count = (await listOwnSubscriptions(me.context, {})).length;
      return site.sessionPage(
        me,
        say('Hello {name}', { name: me.firstName }),
        <Overview me={me} subscriptions={count} />,
      );
    }
    const { products } = await listOfferedProducts(site.developerContext(c), {});
    const title = say('Build with {organization}', { organization: site.policy.organizationName });
    return site.sessionPage(null, title, <Welcome site={site} products={products} />);
  });
}

function Overview({ me, subscriptions }: { me: Me; subscriptions: number }) {
  return (
    <>
      <p>
        <Words text="You are signed in as <b>{email}</b>." email={me.email} />
      </p>
      {subscriptions === 0 ? (
        <>
          <p>{say('To call an API you need a key. Choose a product and subscribe to it to get yours.')}</p>
          <Link href="/portal/products" look="button">
            {say('Choose a product')}
          </Link>
        </>
      ) : (
        <>
          <Link href="/portal/subscriptions" look="button">
            {say('My subscriptions and keys')}
          </Link>
          <Link href="/portal/products">{say('See all products')}</Link>
        </>
      )}
    </>
  );
}

type Products = Awaited<ReturnType<typeof listOfferedProducts>>['products'];

function Welcome({ site, products }: { site: Site; products: Products }) {
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
          <Offer products={products} />
        </>
      ) : null}
    </>
  );
}
