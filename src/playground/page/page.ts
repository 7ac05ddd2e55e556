// The page: one HTML shell and one bundle, made in memory when a browser first asks for it.
import { fileURLToPath } from 'node:url';
import { Hono } from 'hono';
import type { PlaygroundEnv } from '../http.ts';

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

export function pageRoutes(): Hono<PlaygroundEnv> {
  const routes = new Hono<PlaygroundEnv>();
  routes.use(async (c, next) => {
    c.header('content-security-policy', CONTENT_SECURITY_POLICY);
    c.header('cross-origin-opener-policy', 'same-origin');
    c.header('referrer-policy', 'no-referrer');
    await next();
  });
  routes.on('GET', ['', '/'], (c) => c.html(SHELL));
  routes.get('/page.js', async (c) =>
    c.body((await bundled()).js, 200, { 'content-type': 'text/javascript; charset=utf-8' }),
  );
  routes.get('/page.css', async (c) =>
    c.body((await bundled()).css, 200, { 'content-type': 'text/css; charset=utf-8' }),
  );
  return routes;
}

type Bundle = { js: string; css: string };
let made: Promise<Bundle> | null = null;

/** The next request after a failed build starts another. */
function bundled(): Promise<Bundle> {
  made ??= bundle();
  made.catch(() => {
    made = null;
  });
  return made;
}

/** Loads esbuild only here, so that a start without the page doesn't wait for it. */
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
