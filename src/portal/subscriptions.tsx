import type { Hono } from 'hono';
import type { UsageTime } from '../domain/usage-times.ts';
import type { Text } from '../languages/languages.ts';
import { listOfferedProducts } from '../operations/products/list-offered.ts';
import { listOwnSubscriptions } from '../operations/subscriptions/list-own.ts';
import { renameSubscription } from '../operations/subscriptions/rename.ts';
import type { SubscriptionView } from '../operations/subscriptions/subscription.ts';
import { showOwnUsage } from '../operations/usage/show-own.ts';
import type { WebEnv } from '../web/request-facts.ts';
import { type FieldErrors, fieldErrorsOf, nullOnCode } from './field-errors.ts';
import type { CallableApi } from './first-call.tsx';
import { Field } from './form.tsx';
import { KeysSection } from './keys-section.tsx';
import { Facts, Link, Moment, Notice } from './page-parts.tsx';
import { say, Words } from './say.tsx';
import { type Me, type Site, UNPROCESSABLE } from './site.tsx';
import {
  DONE,
  MAX_SUBSCRIPTION_NAME_LENGTH,
  pathOfSubscription,
  SUBSCRIPTIONS_PATH,
  scopeLabel,
  stateLabel,
  subscriptionPage,
} from './subscription-labels.ts';
import { termsOfSubscription, waitingTermsOf } from './terms.tsx';
import { Limits, timeIn, Usage } from './usage.tsx';

export function registerSubscriptions(portal: Hono<WebEnv>, site: Site): void {
  portal.get(
    SUBSCRIPTIONS_PATH,
    site.withSession(async (_c, me) =>
      site.sessionPage(
        me,
        say('My subscriptions'),
        <>
          {await waitingTermsOf(me)}
          <Rows subscriptions={await listOwnSubscriptions(me.context, {})} now={me.context.clock()} />
        </>,
      ),
    ),
  );

  portal.get(
    `${SUBSCRIPTIONS_PATH}/:id`,
    site.withSession(async (c, me) => {
      const done = c.req.query('done') ?? '';
      const subscription = await findOwn(me, c.req.param('id') ?? '');
      if (!subscription) return noSuchSubscription(site, me);
      const notice = Object.hasOwn(DONE, done) ? DONE[done as keyof typeof DONE] : undefined;
      return showSubscription(site, me, subscription, { notice, time: timeIn(c) });
    }),
  );

  portal.post(
    `${SUBSCRIPTIONS_PATH}/:id/name`,
    site.withSessionForm(async (c, me, form) => {
      const subscription = await findOwn(me, c.req.param('id') ?? '');
      if (!subscription) return noSuchSubscription(site, me);
      const { id: subscriptionId } = subscription;
      const name = form.get('name') ?? '';
      try {
        await renameSubscription(me.context, { subscriptionId, name });
        return c.redirect(subscriptionPage(subscriptionId, 'renamed'), 303);
      } catch (error) {
        return showSubscription(site, me, subscription, { name, errors: fieldErrorsOf(error) ?? {} });
      }
    }),
  );
}

/** Null for another developer's subscription, as for an unknown one. */
export async function findOwn(me: Me, subscriptionId: string): Promise<SubscriptionView | null> {
  const found = await nullOnCode(listOwnSubscriptions(me.context, { subscriptionId }), ['invalid_input']);
  return found?.[0] ?? null;
}

export function noSuchSubscription(site: Site, me: Me): Response {
  const words = (
    <>
      <p>{say('It may have been deleted, or belong to another account.')}</p>
      <Link href={SUBSCRIPTIONS_PATH} look="button">
        {say('My subscriptions')}
      </Link>
    </>
  );
  return site.sessionPage(me, say('Subscription not found'), words, 404);
}

function Rows({ subscriptions, now }: { subscriptions: SubscriptionView[]; now: Date }) {
  if (subscriptions.length === 0)
    return (
      <>
        <p>{say('You have no subscriptions yet. Choose a product and subscribe to it to get your keys.')}</p>
        <Link href="/portal/products" look="button">
          {say('Choose a product')}
        </Link>
      </>
    );
  return (
    <ul className="rows">
      {subscriptions.map((one) => (
        <li key={one.id}>
          <a className="way" href={pathOfSubscription(one.id)}>
            {one.name}
          </a>
          <SubscriptionFacts subscription={one} now={now} />
        </li>
      ))}
    </ul>
  );
}

function SubscriptionFacts({ subscription, now }: { subscription: SubscriptionView; now: Date }) {
  const { createdAt, startsAt, endsAt, stateComment } = subscription;
  return (
    <Facts
      facts={[
        ['For', scopeLabel(subscription)],
        ['State', stateLabel(subscription, now)],
        ['Reason', stateComment],
        ['Since', <Moment key="since" at={startsAt ?? createdAt} />],
        ['Until', endsAt && <Moment key="until" at={endsAt} />],
        ['Last used', <LastUse key="used" subscription={subscription} />],
      ]}
    />
  );
}

export function LastUse({ subscription: { lastUsedAt, calls } }: { subscription: SubscriptionView }) {
  if (!lastUsedAt) return say('Never');
  return (
    <Words text="{moment}, {calls, number} calls so far" moment={<Moment at={lastUsedAt} />} calls={calls} />
  );
}

type SubscriptionPageState = {
  notice?: Text | undefined;
  time?: UsageTime;
  name?: string;
  errors?: FieldErrors;
};

async function showSubscription(
  site: Site,
  me: Me,
  subscription: SubscriptionView,
  state: SubscriptionPageState,
): Promise<Response> {
  const { id, name } = subscription;
  const now = me.context.clock();
  const isSubmitted = subscription.state === 'submitted';
  const path = pathOfSubscription(id);
  // A suspended or expired subscription may become active again.
  const hasKeys = ['active', 'suspended', 'expired'].includes(subscription.state);
  const mayCancel = ['submitted', 'active', 'suspended'].includes(subscription.state);
  // Before it was approved it had no keys to call with.
  const usage = isSubmitted
    ? null
    : await showOwnUsage(me.context, { subscriptionId: id, time: state.time ?? '30 days' });
  const content = (
    <>
      {state.notice ? <Notice>{say(state.notice)}</Notice> : null}
      <SubscriptionFacts subscription={subscription} now={now} />
      {hasKeys
        ? ((await termsOfSubscription(me, id)) ?? (
            <KeysSection
              site={site}
              subscription={subscription}
              api={await firstApiOf(me, subscription)}
              now={now}
            />
          ))
        : null}
      <Limits subscription={subscription} />
      {usage ? <Usage usage={usage} path={path} of={name} /> : null}
      <h2>{say('Rename')}</h2>
      <form method="post" action={`${path}/name`}>
        <Field
          name="name"
          label={say('Name of the subscription')}
          autoComplete="off"
          value={state.name ?? name}
          maxLength={MAX_SUBSCRIPTION_NAME_LENGTH}
          errors={state.errors}
        />
        <button className="quiet" type="submit">
          {say('Save')}
        </button>
      </form>
      {mayCancel ? (
        <>
          <h2>{say(isSubmitted ? 'Withdraw' : 'Cancel')}</h2>
          <Link href={`${path}/cancel`} look="button quiet bad">
            {say(isSubmitted ? 'Withdraw my request' : 'Cancel this subscription')}
          </Link>
        </>
      ) : null}
    </>
  );
  return site.sessionPage(me, name, content, state.errors ? UNPROCESSABLE : 200);
}

/** Where a first call can go: an API of the subscription. Null when there is none, or it isn't known. */
export async function firstApiOf(me: Me, { scope }: SubscriptionView): Promise<CallableApi | null> {
  if (scope.kind !== 'product') return null;
  const found = await nullOnCode(listOfferedProducts(me.context, { productId: scope.id }), ['invalid_input']);
  return found?.products[0]?.apis[0] ?? null;
}
