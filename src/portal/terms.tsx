// Terms that changed: those of the portal, which are asked about before any other page, and those of a product.
import type { Hono } from 'hono';
import type { ReactNode } from 'react';
import { agreeToTerms } from '../operations/terms/agree.ts';
import { listWaitingTerms } from '../operations/terms/list-waiting.ts';
import type { WebEnv } from '../web/request-facts.ts';
import { type FieldErrors, nullOnCode } from './field-errors.ts';
import { Tick } from './form.tsx';
import { Alert } from './page-parts.tsx';
import { say, speech, Words } from './say.tsx';
import { type Me, type Site, TERMS_PATH, UNPROCESSABLE } from './site.tsx';
import { pathOfSubscription, SUBSCRIPTIONS_PATH, subscriptionPage } from './subscription-labels.ts';

export function registerTerms(portal: Hono<WebEnv>, site: Site): void {
  portal.get(
    TERMS_PATH,
    site.beforeTerms(async (c, me) =>
      me.termsWait ? portalTermsPage(site, me) : c.redirect(site.takeReturnPage(c), 303),
    ),
  );
  portal.post(
    TERMS_PATH,
    site.beforeTermsForm(async (c, me, form) => {
      if (form.get('terms') !== 'yes')
        return portalTermsPage(site, me, { errors: { terms: say('Read the terms, then tick this box.') } });
      const version = form.get('version') ?? '';
      const isDone = await nullOnCode(agreed(me, { version }), ['terms_not_agreed']);
      if (!isDone) return portalTermsPage(site, me, { isOvertaken: true });
      return c.redirect(site.takeReturnPage(c), 303);
    }),
  );
  portal.post(
    `${SUBSCRIPTIONS_PATH}/:id/terms`,
    site.withSessionForm(async (c, me, form) => {
      const subscriptionId = c.req.param('id') ?? '';
      const version = form.get('terms') === 'yes' ? (form.get('version') ?? '') : '';
      const refusals = ['terms_not_agreed', 'subscription_not_found', 'invalid_input'] as const;
      const isDone = await nullOnCode(agreed(me, { subscriptionId, version }), [...refusals]);
      return c.redirect(
        isDone ? subscriptionPage(subscriptionId, 'agreed') : pathOfSubscription(subscriptionId),
        303,
      );
    }),
  );
}

async function agreed(me: Me, terms: { subscriptionId?: string; version: string }): Promise<true> {
  await agreeToTerms(me.context, terms);
  return true;
}

type PageState = { errors?: FieldErrors; isOvertaken?: boolean };

function portalTermsPage(site: Site, me: Me, { errors, isOvertaken = false }: PageState = {}): Response {
  const { termsUrl, termsVersion, privacyUrl } = site.policy.brand;
  const linkTo = (url: string | null) => (words: ReactNode) => (
    <a href={url ?? ''} target="_blank" rel="noopener">
      {words}
    </a>
  );
  const content = (
    <>
      {isOvertaken ? (
        <Alert>{say('The terms changed again just now. Please read them once more.')}</Alert>
      ) : null}
      <p>
        <Words
          text="Please read our <link>terms of use</link> (version {version}). We ask each developer to agree to them before going on."
          link={linkTo(termsUrl)}
          version={termsVersion ?? ''}
        />
      </p>
      {privacyUrl ? (
        <p>
          <Words
            text="Our <link>privacy policy</link> says how we handle your data."
            link={linkTo(privacyUrl)}
          />
        </p>
      ) : null}
      <p className="hint">{say('Your keys work meanwhile.')}</p>
      <form method="post" action={TERMS_PATH}>
        <input type="hidden" name="version" value={termsVersion ?? ''} />
        <Tick name="terms" label={say('I have read these terms and agree to them.')} errors={errors} />
        <button type="submit">{say('Agree and continue')}</button>
      </form>
    </>
  );
  return site.sessionPage(me, say('Terms of use'), content, errors || isOvertaken ? UNPROCESSABLE : 200);
}

type Waiting = Awaited<ReturnType<typeof listWaitingTerms>>[number];

/** On pages that list subscriptions: which products’ terms wait. */
export async function waitingTermsOf(me: Me): Promise<ReactNode> {
  const waiting = await listWaitingTerms(me.context, {});
  return waiting.map((terms) => (
    <p key={terms.productId} className="notice">
      <WhatChanged terms={terms} />{' '}
      <a href={`${pathOfSubscription(terms.subscriptionId)}#terms`}>{say('Read the terms')}</a>
    </p>
  ));
}

/** Instead of the keys, until the owner agrees. Null: nothing waits. */
export async function termsOfSubscription(me: Me, subscriptionId: string): Promise<ReactNode> {
  const [terms] = await listWaitingTerms(me.context, { subscriptionId });
  if (!terms) return null;
  return (
    <>
      <h2 id="terms">{say('Terms')}</h2>
      <p className="notice">
        <WhatChanged terms={terms} />
      </p>
      <p>
        {say(
          'Please read them and agree, to see your keys. Calls with the keys that you have go on meanwhile.',
        )}
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: people scroll it with the keyboard. */}
      <section className="terms" tabIndex={0} aria-labelledby="terms">
        {terms.text}
      </section>
      <form method="post" action={`${pathOfSubscription(subscriptionId)}/terms`}>
        <input type="hidden" name="version" value={terms.version} />
        <Tick name="terms" label={say('I have read these terms and agree to them.')} errors={undefined} />
        <button type="submit">{say('Agree to the terms')}</button>
      </form>
    </>
  );
}

function WhatChanged({ terms: { product, changedAt, agreedBefore } }: { terms: Waiting }) {
  if (!agreedBefore || !changedAt)
    return say('{product} has terms that you haven’t agreed to yet.', { product });
  return say('The terms of {product} changed on {day}.', { product, day: speech().day(changedAt) });
}
