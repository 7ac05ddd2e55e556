import type { Hono } from 'hono';
import { DomainError } from '../domain/domain-error.ts';
import { limitWords } from '../domain/limit-words.ts';
import type { UsageTime } from '../domain/usage-times.ts';
import type { Text } from '../languages/languages.ts';
import type { Context } from '../operations/frame/context.ts';
import { listOfferedProducts } from '../operations/products/list-offered.ts';
import { requestSubscription } from '../operations/subscriptions/request.ts';
import { versionOf } from '../operations/terms/terms.ts';
import { showOwnUsage } from '../operations/usage/show-own.ts';
import type { WebContext, WebEnv } from '../web/request-facts.ts';
import { type FieldErrors, fieldErrorsOf, nullOnCode } from './field-errors.ts';
import { Field, Tick } from './form.tsx';
import { KeyLife } from './keys-section.tsx';
import { MailTo } from './mail-to.tsx';
import {
  Apis,
  Offer,
  PRODUCTS_PATH as PATH,
  type Product,
  pathOfProduct as pathOf,
  SubscribedMark,
  subscriptionsByProduct,
} from './offer.tsx';
import { Alert, Link } from './page-parts.tsx';
import { say, speech, Words } from './say.tsx';
import { type Me, type Site, UNPROCESSABLE } from './site.tsx';
import { MAX_SUBSCRIPTION_NAME_LENGTH, pathOfSubscription, subscriptionPage } from './subscription-labels.ts';
import { timeIn, Usage } from './usage.tsx';

type SubscribeState = { time?: UsageTime; name?: string; errors?: FieldErrors; alert?: string };

export function registerProducts(portal: Hono<WebEnv>, site: Site): void {
  portal.get(PATH, async (c) => {
    const me = await site.me(c);
    return !me && wantsToSignIn(c) ? site.askToSignIn(c) : listProducts(c, site, me);
  });

  portal.get(`${PATH}/:id`, async (c) => {
    const me = await site.me(c);
    if (!me && wantsToSignIn(c)) return site.askToSignIn(c);
    const product = await findProduct(me?.context ?? site.developerContext(c), c.req.param('id'));
    return product ? showProduct(site, me, product, { time: timeIn(c) }) : noSuchProduct(site, me);
  });

  portal.post(
    `${PATH}/:id`,
    site.withSessionForm(async (c, me, form) => {
      const product = await findProduct(me.context, c.req.param('id') ?? '');
      if (!product) return noSuchProduct(site, me);
      const name = form.get('name') ?? '';
      await site.guard.beforeAction('subscribe', me.accountId);
      try {
        const [agreesToTerms, version] = [form.get('terms') === 'yes', form.get('version')];
        const { subscription } = await requestSubscription(me.context, {
          productId: product.id,
          name,
          agreesToTerms,
          ...(version ? { termsVersion: version } : {}),
        });
        return c.redirect(
          subscriptionPage(subscription.id, subscription.state === 'active' ? 'subscribed' : 'asked'),
          303,
        );
      } catch (error) {
        return showProduct(site, me, product, { name, ...stateAfter(error) }, UNPROCESSABLE);
      }
    }),
  );
}

/** A visitor follows "Sign in" on a page, and comes back to that page. */
const SIGN_IN_QUERY = 'sign-in';
const wantsToSignIn = (c: WebContext) => c.req.query(SIGN_IN_QUERY) !== undefined;

function stateAfter(error: unknown): SubscribeState {
  const code = error instanceof DomainError ? error.code : null;
  if (code === 'terms_not_agreed') return { errors: { terms: say('Read the terms, then tick this box.') } };
  if (code === 'subscriptions_limit')
    return {
      alert: say('You’ve reached this product’s limit of subscriptions. Cancel one to subscribe again.'),
    };
  if (code === 'product_unavailable' || code === 'product_not_found')
    return { alert: say('This product no longer takes subscriptions. Nothing changed.') };
  return { errors: fieldErrorsOf(error) ?? {} };
}

async function findProduct(context: Context, productId: string): Promise<Product | null> {
  const found = await nullOnCode(listOfferedProducts(context, { productId }), ['invalid_input']);
  return found?.products[0] ?? null;
}

function noSuchProduct(site: Site, me: Me | null): Response {
  const content = (
    <>
      <p>
        {me
          ? say('It may have been withdrawn, or your account can’t see it.')
          : say('It may have been withdrawn, or you may need to sign in to see it.')}
      </p>
      <Link href={PATH} look="button">
        {say('See the products')}
      </Link>
    </>
  );
  return site.sessionPage(me, say('Product not found'), content, 404);
}

async function listProducts(c: WebContext, site: Site, me: Me | null): Promise<Response> {
  const [name, id] = [c.req.query('name'), c.req.query('id')];
  const after = name !== undefined && id !== undefined ? { after: { name, id } } : {};
  const listed = await nullOnCode(listOfferedProducts(me?.context ?? site.developerContext(c), after), [
    'invalid_input',
  ]);
  if (!listed) return noSuchProduct(site, me);
  const { products, next } = listed;
  const content = (
    <>
      {products.length === 0 ? (
        <NothingOffered site={site} isVisitor={me === null} />
      ) : (
        <Offer site={site} products={products} own={await subscriptionsByProduct(me)} />
      )}
      {next ? (
        <Link href={`${PATH}?${new URLSearchParams(next)}`} rel="next">
          {say('Next')}
        </Link>
      ) : null}
      {me ? null : <SignInFirst page={PATH} words="Sign in to see all products" />}
    </>
  );
  return site.sessionPage(me, say('Products'), content);
}

async function showProduct(
  site: Site,
  me: Me | null,
  product: Product,
  state: SubscribeState = {},
  status = 200,
): Promise<Response> {
  const { description, apis, isSubscriptionRequired } = product;
  const limits = limitWords(product, speech());
  const own = (await subscriptionsByProduct(me)).get(product.id);
  const time = state.time ?? '30 days';
  const usage =
    me && own?.state === 'active' ? await showOwnUsage(me.context, { productId: product.id, time }) : null;
  const content = (
    <>
      {state.alert ? <Alert>{state.alert}</Alert> : null}
      {own ? (
        <p>
          <SubscribedMark subscription={own} />{' '}
          <a className="way" href={pathOfSubscription(own.id)}>
            {own.state === 'active'
              ? say('Keys of {name}', { name: own.name })
              : say('Your request: {name}', { name: own.name })}
          </a>
        </p>
      ) : null}
      {description ? <p className="text">{description}</p> : null}
      <h2>{say('APIs')}</h2>
      {apis.length === 0 ? <p>{say('This product has no APIs yet.')}</p> : null}
      <Apis site={site} apis={apis} />
      {limits ? (
        <p>
          {say('With a subscription you can make at most {limits}.', { limits })}
          {product.quota
            ? ` ${say('A {period, select, day {day} week {week} other {month}} begins at 00:00 UTC.', { period: product.quota.period })}`
            : ''}
        </p>
      ) : null}
      {usage ? <Usage usage={usage} path={pathOf(product.id)} of={product.name} /> : null}
      {!isSubscriptionRequired ? (
        <p>{say('You can call these APIs without a key, so you don’t need to subscribe.')}</p>
      ) : me ? (
        <Subscribe site={site} product={product} state={state} />
      ) : (
        <SignInFirst page={pathOf(product.id)} />
      )}
    </>
  );
  return site.sessionPage(me, product.name, content, status);
}

function Subscribe({ site, product, state }: { site: Site; product: Product; state: SubscribeState }) {
  const { organizationName } = site.policy;
  return (
    <>
      <h2>{say('Subscribe')}</h2>
      <p>
        {say('A subscription gives you two keys to call these APIs with.')}{' '}
        {product.isApprovalRequired
          ? say('Someone at {organization} approves each request, and we’ll tell you by mail.', {
              organization: organizationName,
            })
          : say('They work right away.')}{' '}
        <KeyLife days={product.keysExpireAfterDays} mayOverlap={site.policy.keysMayOverlap} />
      </p>
      <form method="post" action={pathOf(product.id)}>
        <Field
          name="name"
          label={say('Name of the subscription')}
          autoComplete="off"
          value={state.name ?? product.name}
          hint={say('Only you see it. For example, the name of your app.')}
          maxLength={MAX_SUBSCRIPTION_NAME_LENGTH}
          errors={state.errors}
        />
        {product.terms ? (
          <>
            <h3 id="terms-title">{say('Terms')}</h3>
            {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard (axe: scrollable-region-focusable). */}
            <section className="terms" tabIndex={0} aria-labelledby="terms-title">
              {product.terms}
            </section>
            <input type="hidden" name="version" value={versionOf(product.terms)} />
            <Tick
              name="terms"
              label={say('I have read these terms and agree to them.')}
              errors={state.errors}
            />
          </>
        ) : null}
        <button type="submit">
          {product.isApprovalRequired ? say('Request a subscription') : say('Subscribe')}
        </button>
      </form>
    </>
  );
}

function NothingOffered({ site, isVisitor }: { site: Site; isVisitor: boolean }) {
  const { supportEmail } = site.policy;
  return isVisitor ? (
    <p>{say('Sign in to see the products you can subscribe to.')}</p>
  ) : (
    <p>
      <Words
        text="There are no products for your account yet. Tell us what you’d like to build: {support}."
        support={<MailTo email={supportEmail} />}
      />
    </p>
  );
}

function SignInFirst({ page, words = 'Sign in to subscribe' }: { page: string; words?: Text }) {
  return (
    <Link href={`${page}?${SIGN_IN_QUERY}`} look="button">
      {say(words)}
    </Link>
  );
}
