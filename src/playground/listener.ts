// Everything under /playground.
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Log } from '../log.ts';
import type { Faults } from './faults.ts';
import { BodyTooLarge, mayAnswer, sendJson } from './http.ts';
import { serveResend } from './mail/http.ts';
import { createPageApi, type PageParts } from './page/api.ts';
import { servePage } from './page/page.ts';
import { serveSlack } from './web-api/http.ts';

export type ListenerParts = PageParts & { faults: Faults; apiKey: string; log: Log };

export function createListener(o: ListenerParts): { listener: RequestListener; closePages: () => void } {
  const pageApi = createPageApi(o);

  async function route(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const { pathname } = new URL(req.url ?? '', 'http://localhost');
    const [, surface, rest = ''] = /^\/playground\/(slack|resend|api)\/(.+)$/.exec(pathname) ?? [];
    if (surface === 'slack') return serveSlack(o, rest, req, res);
    if (surface === 'resend') return serveResend(o, rest, req, res);
    if (surface === 'api') return pageApi.serve(rest, req, res);
    if (!(await servePage(pathname, req, res))) sendJson(res, 404, { error: 'not_found' });
  }

  function fail(req: IncomingMessage, res: ServerResponse, error: unknown): void {
    if (error instanceof BodyTooLarge) {
      if (!res.headersSent)
        sendJson(res, 413, { ok: false, error: 'payload_too_large' }, { connection: 'close' });
      return;
    }
    // An aborted request is no fault of ours; all else is. Its message may hold what was sent, so only its name is told.
    if (!req.destroyed)
      o.log.error({ name: error instanceof Error ? error.name : 'unknown' }, 'playground request failed');
    if (!res.headersSent) sendJson(res, 500, { ok: false, error: 'internal_error' });
    else res.destroy();
  }

  const listener: RequestListener = (req, res) => {
    if (!mayAnswer(req)) {
      res.writeHead(404).end();
      return;
    }
    route(req, res).catch((error: unknown) => fail(req, res, error));
  };
  return { listener, closePages: pageApi.closePages };
}
