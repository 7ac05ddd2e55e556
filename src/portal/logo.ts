import type { Hono } from 'hono';
import { LOGO_HEADERS } from '../web/logo.ts';
import type { WebEnv } from '../web/request-facts.ts';
import type { Site } from './site.tsx';

export function registerLogo(portal: Hono<WebEnv>, { policy }: Site): void {
  const { logo } = policy.brand;
  if (!logo) return;
  const headers = { ...LOGO_HEADERS, 'content-type': logo.type };
  portal.get(logo.path, () => new Response(new Uint8Array(logo.bytes), { headers }));
}
