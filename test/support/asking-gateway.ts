// The smallest gateway that asks before each call: what docs/gateways.md asks of one, and nothing else.
import { createServer } from 'node:http';

/** It listens at `port`, asks the server at `url`, and lets calls through to `host`. */
export async function startAskingGateway(port: number, url: string, host: string) {
  const server = createServer(async (req, res) => {
    const key = req.headers['ocp-apim-subscription-key'];
    const headers = {
      'x-original-uri': req.url ?? '',
      ...(typeof key === 'string' ? { 'ocp-apim-subscription-key': key } : {}),
    };
    const check = await fetch(`${url}/gateway/check`, { headers });
    const answer = check.status === 200 ? await fetch(`http://${host}${req.url}`) : check;
    res.writeHead(answer.status).end(await answer.text());
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
