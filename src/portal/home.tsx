import type { Hono } from 'hono';
import { listOfferedProducts } from '../operations/products/list-offered.ts';
import { listOwnSubscriptions } from '../operations/subscriptions/list-own.ts';
import type { WebEnv } from '../web/request-facts.ts';
import { Offer } from './offer.tsx';
import { SIGN_UP_PATH } from './sign-up.tsx';
import type { Me, Site } from './site.tsx';

export function registerHome(portal: Hono<WebEnv>, site: Site): void {
  portal.get('/', (c) => c.redirect('/portal'));
  portal.get('/portal', async (c) => {
    const me = await site.me(c);
    if (me) {
      const count = (await listOwnSubscriptions(me.context, {})).length;
      return site.sessionPage(me, `Hello ${me.firstName}`, <Overview me={me} subscriptions={count} />);
    }
    const { products } = await listOfferedProducts(site.developerContext(c), {});
    const title = `Build with ${site.policy.organizationName}`;
    return site.sessionPage(null, title, <Welcome site={site} products={products} />);
  });
}

function Overview({ me, subscriptions }: { me: Me; subscriptions: number }) {
  return (
    <>
      <p>
        You are signed in as <strong>{me.email}</strong>.
      </p>
      {subscriptions === 0 ? (
        <>
          <p>To call an API you need a key. Choose a product and subscribe to it to get yours.</p>
          <p>
            <a className="button" href="/portal/products">
              Choose a product
            </a>
          </p>
        </>
      ) : (
        <>
          <p>
            <a className="button" href="/portal/subscriptions">
              My subscriptions and keys
            </a>
          </p>
          <p>
            <a className="way" href="/portal/products">
              See all products
            </a>
          </p>
        </>
      )}
    </>
  );
}

type Products = Awaited<ReturnType<typeof listOfferedProducts>>['products'];

function Welcome({ site, products }: { site: Site; products: Products }) {
  const { organizationName, signUp, supportEmail } = site.policy;
  return (
    <>
      <p>
        Sign in to subscribe to the APIs of {organizationName}, get your keys and manage your developer
        account.
      </p>
      <p>
        <a className="button" href="/portal/sign-in">
          Sign in
        </a>
      </p>
      {signUp === 'off' ? (
        <p className="hint">
          No account yet? {organizationName} invites developers by mail. To ask for an invitation, write to{' '}
          <a href={`mailto:${supportEmail}`}>{supportEmail}</a>.
        </p>
      ) : (
        <p>
          No account yet?{' '}
          <a className="way" href={SIGN_UP_PATH}>
            Sign up
          </a>
        </p>
      )}
      {products.length > 0 ? (
        <>
          <h2>What you can build with</h2>
          <Offer products={products} />
        </>
      ) : null}
    </>
  );
}
