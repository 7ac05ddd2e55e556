// The page: one HTML shell and one bundle, made in memory when somebody first asks for it.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { fileURLToPath } from 'node:url';

const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  // Mails are shown in a sandboxed frame without scripts, which inherits this policy; they carry inline styles.
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: https:",
  "connect-src 'self'",
  "frame-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

const SHELL = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Playground</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/playground/page.css">
</head>
<body>
<div id="page"></div>
<noscript>The playground needs JavaScript; the pages that developers see do not.</noscript>
<script type="module" src="/playground/page.js"></script>
</body>
</html>`;

type Bundle = { js: string; css: string };
let bundled: Promise<Bundle> | null = null;

/** esbuild is loaded only here, so that a start without a look at the page does not pay for it. */
async function bundle(): Promise<Bundle> {
  const { build } = await import('esbuild');
  const result = await build({
    entryPoints: ['page.tsx', 'page.css'].map((name) =>
      fileURLToPath(new URL(`./client/${name}`, import.meta.url)),
    ),
    bundle: true,
    write: false,
    outdir: '/',
    format: 'esm',
    target: 'es2022',
    jsx: 'automatic',
    minify: true,
    legalComments: 'none',
    logLevel: 'silent',
    define: { 'process.env.NODE_ENV': '"production"' },
  });
  const find = (end: string): string =>
    result.outputFiles.find((file) => file.path.endsWith(end))?.text ?? '';
  return { js: find('.js'), css: find('.css') };
}

/** Answers for the page's own files; false when the path is none of them. */
export async function servePage(path: string, req: IncomingMessage, res: ServerResponse): Promise<boolean> {
  const isShell = path === '/playground' || path === '/playground/';
  const isJs = path === '/playground/page.js';
  if (!isShell && !isJs && path !== '/playground/page.css') return false;
  if (req.method !== 'GET' && req.method !== 'HEAD') {
    res.writeHead(405, { allow: 'GET, HEAD' }).end();
    return true;
  }
  const send = (type: string, body: string): void => {
    res.writeHead(200, {
      'content-type': `${type}; charset=utf-8`,
      'cache-control': 'no-store',
      'content-security-policy': CONTENT_SECURITY_POLICY,
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    });
    res.end(req.method === 'HEAD' ? undefined : body);
  };
  if (isShell) {
    send('text/html', SHELL);
    return true;
  }
  bundled ??= bundle();
  bundled.catch(() => {
    bundled = null;
  });
  const { js, css } = await bundled;
  send(isJs ? 'text/javascript' : 'text/css', isJs ? js : css);
  return true;
}
