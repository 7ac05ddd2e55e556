// The keys of a subscription, and what can't be undone: a new key, and cancelling it.
import type { Hono } from 'hono';
import { DomainError } from '../domain/domain-error.ts';
import { cancelSubscription } from '../operations/subscriptions/cancel.ts';
import { endFormerKey } from '../operations/subscriptions/end-former-key.ts';
import { regenerateKey } from '../operations/subscriptions/regenerate-key.ts';
import { rotateKey } from '../operations/subscriptions/rotate-key.ts';
import { showKeys } from '../operations/subscriptions/show-keys.ts';
import type { SubscriptionView } from '../operations/subscriptions/subscription.ts';
import type { FormFields } from '../web/read-form.ts';
import type { WebContext, WebEnv } from '../web/request-facts.ts';
import { nullOnCode } from './field-errors.ts';
import { type CallableApi, FirstCall } from './first-call.tsx';
import { NewKey } from './new-key.tsx';
import { Link } from './page-parts.tsx';
import { say, Words } from './say.tsx';
import type { Me, Site } from './site.tsx';
import { pathOfSubscription, SUBSCRIPTIONS_PATH, subscriptionPage } from './subscription-labels.ts';
import { findOwn, firstApiOf, noSuchSubscription } from './subscriptions.tsx';

type Slot = 'primary' | 'secondary';
type FormHandler = (
  c: WebContext,
  me: Me,
  subscription: SubscriptionView,
  form: FormFields,
) => Promise<Response>;

/** Handlers about one of the developer's own subscriptions; the page for an unknown one otherwise. */
function ownSubscriptions(site: Site) {
  const onOwn = (work: (c: WebContext, me: Me, subscription: SubscriptionView) => Promise<Response>) =>
    site.withSession(async (c, me) => {
      const subscription = await findOwn(me, c.req.param('id') ?? '');
      return subscription ? work(c, me, subscription) : noSuchSubscription(site, me);
    });
  const onOwnForm = (submit: FormHandler) =>
    site.withSessionForm(async (c, me, form) => {
      const subscription = await findOwn(me, c.req.param('id') ?? '');
      return subscription ? submit(c, me, subscription, form) : noSuchSubscription(site, me);
    });
  return { onOwn, onOwnForm };
}

const path = (rest: string) => `${SUBSCRIPTIONS_PATH}/:id/${rest}`;

export function registerSubscriptionKeys(portal: Hono<WebEnv>, site: Site): void {
  const { onOwn, onOwnForm } = ownSubscriptions(site);
  // Keys are shown for a POST only: an address that shows them would stay in the browser's history.
  portal.get(
    path('keys'),
    onOwn(async (c, _me, { id }) => c.redirect(pathOfSubscription(id), 303)),
  );
  portal.post(
    path('keys'),
    onOwnForm(async (c, me, subscription) => {
      const { id, name } = subscription;
      await site.guard.beforeAction('ownKeys', me.accountId);
      const keys = await nullOnCode(showKeys(me.context, { subscriptionId: id }), [
        'subscription_not_found',
        'terms_not_agreed',
      ]);
      if (!keys) return c.redirect(subscriptionPage(id, 'changed'), 303);
      return site.sessionPage(
        me,
        say('Keys of {name}', { name }),
        <Keys site={site} id={id} keys={keys} api={await firstApiOf(me, subscription)} />,
      );
    }),
  );

  portal.get(
    path('new-key'),
    onOwn(async (c, me, subscription) => {
      const slot = slotOf(c.req.query('slot'));
      return site.sessionPage(
        me,
        say('Replace the {slot, select, primary {primary} other {secondary}} key?', { slot }),
        <NewKey subscription={subscription} slot={slot} mayOverlap={site.policy.keysMayOverlap} />,
      );
    }),
  );
  portal.post(
    path('new-key'),
    onOwnForm(async (c, me, { id: subscriptionId }, form) => {
      await site.guard.beforeAction('ownKeys', me.accountId);
      const slot = slotOf(form.get('slot') ?? c.req.query('slot'));
      const of = { subscriptionId, slot, ...versionIn(form) };
      const overlapHours = Number(form.get('overlap') ?? 0);
      const done = await nullOnCode(replace(me, of, overlapHours), [
        'subscription_not_found',
        'subscription_changed',
        'no_overlap',
        'invalid_input',
      ]);
      // The form says so when it is shown again.
      if (done === 'leaked')
        return c.redirect(`${pathOfSubscription(subscriptionId)}/new-key?slot=${slot}`, 303);
      const notice = done ? (`${slot}-${done}` as const) : 'changed';
      return c.redirect(subscriptionPage(subscriptionId, notice), 303);
    }),
  );
  portal.post(
    path('former-key'),
    onOwnForm(async (c, me, { id: subscriptionId }, form) => {
      await site.guard.beforeAction('ownKeys', me.accountId);
      const of = { subscriptionId, slot: slotOf(c.req.query('slot')), ...versionIn(form) };
      const ended = await nullOnCode(
        endFormerKey(me.context, of).then(() => true),
        ['subscription_not_found', 'subscription_changed'],
      );
      return c.redirect(subscriptionPage(subscriptionId, ended ? 'former-ended' : 'changed'), 303);
    }),
  );
}

/** `leaked`: it was found in public since the form offered an overlap. */
async function replace(
  { context }: Me,
  of: Omit<Parameters<typeof rotateKey>[1], 'overlapHours'>,
  overlapHours: number,
): Promise<'made' | 'rotated' | 'leaked'> {
  if (overlapHours === 0) {
    await regenerateKey(context, of);
    return 'made';
  }
  try {
    return (await rotateKey(context, { ...of, overlapHours })).formerEndsAt ? 'rotated' : 'made';
  } catch (error) {
    if (error instanceof DomainError && error.code === 'key_leaked') return 'leaked';
    throw error;
  }
}

/** As the page showed it: a form that is sent twice replaces a key once. */
function versionIn(form: FormFields): { expectedVersion?: number } {
  const version = Number(form.get('version'));
  return Number.isSafeInteger(version) && version > 0 ? { expectedVersion: version } : {};
}

export function registerCancel(portal: Hono<WebEnv>, site: Site): void {
  const { onOwn, onOwnForm } = ownSubscriptions(site);
  portal.get(
    path('cancel'),
    onOwn(async (_c, me, subscription) =>
      site.sessionPage(
        me,
        say(subscription.state === 'submitted' ? 'Withdraw your request?' : 'Cancel this subscription?'),
        <Cancel subscription={subscription} />,
      ),
    ),
  );
  portal.post(
    path('cancel'),
    onOwnForm(async (c, me, { id }) => {
      const ended = await nullOnCode(cancelSubscription(me.context, { subscriptionId: id }), [
        'subscription_not_found',
        'subscription_state_unfitting',
      ]);
      return c.redirect(subscriptionPage(id, ended ? 'cancelled' : 'changed'), 303);
    }),
  );
}

const slotOf = (text: string | undefined): Slot => (text === 'secondary' ? 'secondary' : 'primary');

function Keys(props: { site: Site; id: string; keys: Record<Slot, string>; api: CallableApi | null }) {
  const { site, id, keys, api } = props;
  return (
    <>
      <p>{say('Keep these keys secret: anyone who has one can call the API as you.')}</p>
      {(['primary', 'secondary'] as const).map((slot) => (
        <div key={slot}>
          <label htmlFor={slot}>{say(slot === 'primary' ? 'Primary key' : 'Secondary key')}</label>
          <div className="field">
            <input
              data-copy={say(slot === 'primary' ? 'the primary key' : 'the secondary key')}
              className="key"
              id={slot}
              type="text"
              readOnly
              value={keys[slot]}
              autoComplete="off"
              spellCheck={false}
            />
          </div>
        </div>
      ))}
      <h2>{say('Your first call')}</h2>
      <FirstCall site={site} api={api} apiKey={keys.primary} />
      <Link href={pathOfSubscription(id)}>{say('Hide the keys')}</Link>
    </>
  );
}

function Cancel({ subscription }: { subscription: SubscriptionView }) {
  const { id, name, state } = subscription;
  const isRequest = state === 'submitted';
  return (
    <>
      <p>
        <Words
          text={
            isRequest
              ? 'This ends your request for <b>{name}</b>. You can ask again later.'
              : 'Both keys of <b>{name}</b> stop working at once, for good. A new subscription has new keys.'
          }
          name={name}
        />
      </p>
      <form method="post" action={`${pathOfSubscription(id)}/cancel`}>
        <button className="bad" type="submit">
          {say(isRequest ? 'Withdraw my request' : 'Cancel this subscription')}
        </button>
      </form>
      <Link href={pathOfSubscription(id)}>{say('Keep it')}</Link>
    </>
  );
}
