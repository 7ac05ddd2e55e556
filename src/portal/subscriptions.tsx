import type { Hono } from 'hono';
import { listOwnSubscriptions } from '../operations/subscriptions/list-own.ts';
import { renameSubscription } from '../operations/subscriptions/rename.ts';
import type { SubscriptionView } from '../operations/subscriptions/subscription.ts';
import type { WebEnv } from '../web/request-facts.ts';
import { type FieldErrors, fieldErrorsOf, nullOnCode } from './field-errors.ts';
import { Field, formatMoment } from './form.tsx';
import { Notice } from './notice.tsx';
import { type Me, type Site, UNPROCESSABLE } from './site.tsx';
import {
  DONE,
  MAX_SUBSCRIPTION_NAME_LENGTH,
  pathOfSubscription,
  SUBSCRIPTIONS_PATH,
  scopeLabel,
  stateLabel,
  subscriptionPage,
  usageLabel,
} from './subscription-labels.ts';

export function registerSubscriptions(portal: Hono<WebEnv>, site: Site): void {
  portal.get(
    SUBSCRIPTIONS_PATH,
    site.withSession(async (_c, me) =>
      site.sessionPage(
        me,
        'My subscriptions',
        <Rows subscriptions={await listOwnSubscriptions(me.context, {})} now={me.context.clock()} />,
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
      return showSubscription(site, me, subscription, { notice });
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
    <p>
      <a className="way" href={SUBSCRIPTIONS_PATH}>
        My subscriptions
      </a>
    </p>
  );
  return site.sessionPage(me, 'There is no such subscription', words, 404);
}

function Rows({ subscriptions, now }: { subscriptions: SubscriptionView[]; now: Date }) {
  if (subscriptions.length === 0)
    return (
      <p>
        You have none yet.{' '}
        <a className="way" href="/portal/products">
          See what is on offer
        </a>
      </p>
    );
  return (
    <ul className="rows">
      {subscriptions.map((one) => (
        <li key={one.id}>
          <a className="way" href={pathOfSubscription(one.id)}>
            {one.name}
          </a>
          <Facts subscription={one} now={now} />
        </li>
      ))}
    </ul>
  );
}

function Facts({ subscription, now }: { subscription: SubscriptionView; now: Date }) {
  const { createdAt, startsAt, endsAt, stateComment } = subscription;
  const facts: [string, string][] = [
    ['For', scopeLabel(subscription)],
    ['State', stateLabel(subscription, now)],
    ...(stateComment ? [['Why', stateComment] as [string, string]] : []),
    ['Since', formatMoment(startsAt ?? createdAt)],
    ...(endsAt ? [['Until', formatMoment(endsAt)] as [string, string]] : []),
    ['Last used', usageLabel(subscription)],
  ];
  return (
    <dl>
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

type SubscriptionPageState = { notice?: string | undefined; name?: string; errors?: FieldErrors };

function showSubscription(
  site: Site,
  me: Me,
  subscription: SubscriptionView,
  state: SubscriptionPageState,
): Response {
  const { id, name } = subscription;
  const isSubmitted = subscription.state === 'submitted';
  const path = pathOfSubscription(id);
  // A suspended or expired subscription may become active again.
  const hasKeys = ['active', 'suspended', 'expired'].includes(subscription.state);
  const mayCancel = ['submitted', 'active', 'suspended'].includes(subscription.state);
  const content = (
    <>
      {state.notice ? <Notice>{state.notice}</Notice> : null}
      <Facts subscription={subscription} now={me.context.clock()} />
      {hasKeys ? <Keys path={path} /> : null}
      <h2>Name</h2>
      <form method="post" action={`${path}/name`}>
        <Field
          name="name"
          label="Name of the subscription"
          autoComplete="off"
          value={state.name ?? name}
          maxLength={MAX_SUBSCRIPTION_NAME_LENGTH}
          errors={state.errors}
        />
        <button className="quiet" type="submit">
          Save the name
        </button>
      </form>
      {mayCancel ? (
        <>
          <h2>{isSubmitted ? 'Take the request back' : 'Cancel'}</h2>
          <p>
            <a className="way" href={`${path}/cancel`}>
              {isSubmitted ? 'Take my request back' : 'Cancel this subscription'}
            </a>
          </p>
        </>
      ) : null}
    </>
  );
  return site.sessionPage(me, name, content, state.errors ? UNPROCESSABLE : 200);
}

function Keys({ path }: { path: string }) {
  return (
    <>
      <h2>Keys</h2>
      <p>
        Your program sends one of them with each call, in the header <code>Ocp-Apim-Subscription-Key</code>.
        Each showing is noted. With two keys you can change one while the other works.
      </p>
      <form method="post" action={`${path}/keys`}>
        <button type="submit">Show the keys</button>
      </form>
      <p>
        <a className="way" href={`${path}/new-key?slot=primary`}>
          New primary key
        </a>
      </p>
      <p>
        <a className="way" href={`${path}/new-key?slot=secondary`}>
          New secondary key
        </a>
      </p>
    </>
  );
}
