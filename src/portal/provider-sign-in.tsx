// Signing in with a provider: there, and back.
import type { Hono } from 'hono';
import { callbackPath, ticketClaim } from '../operations/identities/attempt.ts';
import { beginProviderSignIn } from '../operations/identities/begin.ts';
import { finishProviderSignIn } from '../operations/identities/finish.ts';
import type { FormFields } from '../web/read-form.ts';
import type { WebContext, WebEnv } from '../web/request-facts.ts';
import { accountPage } from './account.tsx';
import { keepPageToProve, unprovedPage } from './prove-owner.tsx';
import { BROWSER_SECONDS, FINISH_PATH, leadTo, providerPath } from './provider-buttons.tsx';
import { deadPage, domainPage, providerErrorPage, takenPage } from './provider-pages.tsx';
import type { Site } from './site.tsx';

/** Longer than any of ours. */
const MAX_STATE_LENGTH = 200;

export function registerProviderSignIn(portal: Hono<WebEnv>, site: Site): void {
  for (const { name, label } of site.policy.signIn.providers) {
    portal.post(providerPath(name), (c) => begin(c, site, { name, label }));
    portal.get(callbackPath(name), (c) => finish(c, site, { name, label }));
  }
}

type Named = { name: string; label: string };

async function begin(c: WebContext, site: Site, { name, label }: Named): Promise<Response> {
  const fields = await site.guard.sessionForm(c);
  await site.guard.beforeProvider(c);
  const isAgain = fields.get('purpose') === 'again';
  const me = isAgain ? await site.me(c) : null;
  if (isAgain && !me) return site.askToSignIn(c);
  if (isAgain) keepPageToProve(c, site, fields);
  const browserSecret = site.browserCookie.read(c);
  try {
    const begun = await beginProviderSignIn(me?.context ?? site.developerContext(c), {
      provider: name,
      purpose: claimIn(fields) ?? (isAgain ? 'again' : 'sign-in'),
      ...(browserSecret ? { browserSecret } : {}),
    });
    site.browserCookie.write(c, begun.browserSecret, BROWSER_SECONDS);
    return leadTo(c, site, begun.url, label);
  } catch (error) {
    return providerErrorPage(site, label, error);
  }
}

function claimIn(fields: FormFields) {
  const claim = ticketClaim.safeParse({ of: fields.get('of'), ticket: fields.get('ticket') });
  return claim.success ? claim.data : null;
}

/** The one GET that begins a session: its attempt is redeemed once, by the browser that began it. */
async function finish(c: WebContext, site: Site, { name, label }: Named): Promise<Response> {
  const { search } = new URL(c.req.url);
  const [state = '', ...more] = c.req.queries('state') ?? [];
  await site.guard.beforeProvider(c);
  if (state.length > MAX_STATE_LENGTH || more.length > 0) return deadPage(site);
  try {
    const result = await finishProviderSignIn(site.developerContext(c), {
      provider: name,
      url: `${site.policy.publicUrl}${callbackPath(name)}${search}`,
      state,
      browserSecret: site.browserCookie.read(c) ?? '',
      ...site.browserOf(c),
    });
    switch (result.kind) {
      case 'signed-in':
        site.browserCookie.clear(c);
        return site.signedIn(c, result.secret);
      case 'proved':
        return c.redirect(FINISH_PATH, 303);
      case 'connected':
        return c.redirect(accountPage('connected'), 303);
      case 'cancelled':
        return c.redirect('/portal/sign-in', 303);
      case 'taken':
        return takenPage(site, label);
      case 'unproved': {
        const me = await site.me(c);
        return me ? unprovedPage(site, me, label) : site.askToSignIn(c);
      }
      case 'domain':
        return domainPage(site, name, label);
      default:
        return deadPage(site);
    }
  } catch (error) {
    return providerErrorPage(site, label, error);
  }
}
