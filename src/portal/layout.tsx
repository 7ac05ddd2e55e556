// The frame of every page: who runs it, and whom to write to. No script, nothing from elsewhere.
import type { ReactNode } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';

/** Contrast is 4.5 to 1 or more in both schemes; what can be pressed is 44 px high or more (WCAG 2.2). */
export const CSS = `
:root { color-scheme: light dark; --ink: #1c2128; --quiet: #57606a; --page: #f3f4f6; --card: #fff; --line: #8c959f; --accent: #1a56db; --on-accent: #fff; --bad: #b42318; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8eaed; --quiet: #a9b0ba; --page: #14161a; --card: #1f2329; --line: #6b7480; --accent: #8ab4ff; --on-accent: #10141a; --bad: #ff9b90; } }
* { box-sizing: border-box; }
body { background: var(--page); color: var(--ink); font: 17px/1.5 system-ui, sans-serif; margin: 0; overflow-wrap: anywhere; padding: 24px 16px; }
main, header, footer { margin: 0 auto; max-width: 34rem; }
header { color: var(--quiet); font-weight: 600; padding: 0 4px 12px; }
main { background: var(--card); border-radius: 12px; padding: 28px clamp(18px, 5vw, 36px); }
footer { color: var(--quiet); font-size: 14px; padding: 16px 4px; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 12px; }
label { display: block; font-weight: 600; margin: 18px 0 4px; }
input { background: transparent; border: 1px solid var(--line); border-radius: 8px; color: inherit; font: inherit; min-height: 46px; padding: 10px 12px; width: 100%; }
input[aria-invalid] { border: 2px solid var(--bad); }
input:focus-visible, a:focus-visible, button:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
button { background: var(--accent); border: 0; border-radius: 8px; color: var(--on-accent); cursor: pointer; font: inherit; font-weight: 600; margin-top: 24px; min-height: 48px; padding: 12px 20px; width: 100%; }
.hint { color: var(--quiet); font-size: 14px; margin: 4px 0 0; }
.fault { color: var(--bad); font-size: 15px; font-weight: 600; margin: 4px 0 0; }
a { color: var(--accent); }`;

type Sender = { organizationName: string; supportEmail: string };

/** A whole page as text. */
export function renderPage(sender: Sender, title: string, content: ReactNode): string {
  const { organizationName, supportEmail } = sender;
  const markup = renderToStaticMarkup(
    <html lang="en">
      <head>
        <meta charSet="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>{`${title} · ${organizationName}`}</title>
        <style dangerouslySetInnerHTML={{ __html: CSS }} />
      </head>
      <body>
        <header>{organizationName}</header>
        <main>
          <h1>{title}</h1>
          {content}
        </main>
        <footer>
          {organizationName} runs this page. Questions? Write to{' '}
          <a href={`mailto:${supportEmail}`}>{supportEmail}</a>. We never ask for a password or a key by mail.
        </footer>
      </body>
    </html>,
  );
  return `<!doctype html>${markup}`;
}
