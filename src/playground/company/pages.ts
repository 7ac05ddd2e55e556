// The company's pages. Nothing in them comes from elsewhere.
import type { Colleague } from './company.ts';

const STYLE =
  ':root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;margin:10vh auto;max-width:26rem;padding:0 1rem}' +
  'button{display:block;width:100%;margin:.5rem 0;padding:.7rem 1rem;font:inherit;text-align:start;cursor:pointer}' +
  'small{display:block}';

const page = (title: string, content: string): string => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · Acme</title><style>${STYLE}</style></head>
<body><main><h1>Acme</h1>${content}</main></body></html>`;

/** Where a person says who they are. A real company asks for a password here. */
export const peoplePage = (colleagues: readonly Colleague[]): string =>
  page(
    'Who are you?',
    `<p>The playground’s company. Who are you?</p><form method="post">${colleagues.map(buttonOf).join('\n')}
<button name="subject" value="">None of them: go back</button></form>`,
  );

/** `form` is the provider's own, without a button. */
export const signOutPage = (form: string): string =>
  page(
    'Sign out',
    `<p>You’re signed out at the portal. Sign out at Acme too?</p>${form}
<button type="submit" form="op.logoutForm" value="yes" name="logout">Sign out</button>
<button type="submit" form="op.logoutForm">Stay signed in</button>`,
  );

export const signedOutPage = (): string => page('Signed out', '<p>You’re signed out.</p>');

export const errorPage = (code: string): string =>
  page('Something is wrong', `<p>This request can’t be answered: ${escaped(code)}.</p>`);

const buttonOf = ({ subject, email, isEmailVerified, firstName, lastName }: Colleague): string =>
  `<button name="subject" value="${escaped(subject)}">${escaped(`${firstName} ${lastName}`)}` +
  `<small>${escaped(email)}${isEmailVerified ? '' : ', not verified'}</small></button>`;

const escaped = (text: string): string => text.replace(/[&<>"']/g, (one) => `&#${one.charCodeAt(0)};`);
