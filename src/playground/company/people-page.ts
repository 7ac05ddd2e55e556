// Where a person says who they are. A real company asks for a password here.
import type { Colleague } from './company.ts';

const STYLE =
  'body{font:16px/1.5 system-ui,sans-serif;margin:10vh auto;max-width:26rem;padding:0 1rem;color-scheme:light dark}' +
  'button{display:block;width:100%;margin:.5rem 0;padding:.7rem 1rem;font:inherit;text-align:start;cursor:pointer}' +
  'small{display:block;opacity:.75}';

export const peoplePage = (colleagues: readonly Colleague[]): string => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Who are you? · Acme</title><style>${STYLE}</style></head>
<body><main><h1>Acme</h1><p>The playground’s company. Who are you?</p><form method="post">
${colleagues.map(buttonOf).join('\n')}
<button name="subject" value="">None of them: go back</button>
</form></main></body></html>`;

const buttonOf = ({ subject, email, isEmailVerified, firstName, lastName }: Colleague): string =>
  `<button name="subject" value="${escaped(subject)}">${escaped(`${firstName} ${lastName}`)}` +
  `<small>${escaped(email)}${isEmailVerified ? '' : ', not verified'}</small></button>`;

const escaped = (text: string): string => text.replace(/[&<>"']/g, (one) => `&#${one.charCodeAt(0)};`);
